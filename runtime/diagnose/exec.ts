import type { Arch } from "../../shim/program/syscalls.ts";
import type { Node, RootView } from "../../shim/root-view.ts";
import { WrunError } from "../error.ts";
import { candidates } from "./candidates.ts";
import { exit_codes, type Finding } from "./finding.ts";
import { inspect, type Scene } from "./inspect.ts";
import { quote } from "./quote.ts";

export interface FailedExec {
  /** Of the last execve. */
  errno: string;
  args: readonly string[];
  /** The value of PATH, see searchPath. */
  path: string;
  cwd: string;
  root: RootView;
  /** As the view shows owners: ids of the host. */
  uid: number;
  gid: number;
  groups?: readonly number[];
  /** Has it CAP_DAC_OVERRIDE over this file; uid 0 has, when left out. */
  overrides?: (node: Node) => boolean;
  /** Mounts of the container that the view does not show. */
  mounts?: Scene["mounts"];
  /** This host's, when left out. */
  arch?: Arch;
  step?: { index: number; of: number; say: string };
}

/**
 * Says why a program could not be run.
 *
 * The errno of execve does not tell: ENOENT is also a missing interpreter of a file that is there, EACCES a directory
 * on the way. So the files are looked at, after the failure and from outside; where they do not bear out the errno,
 * the error says only what the errno means.
 */
export function explainExec(failed: FailedExec): WrunError {
  const finding = search(failed) ?? byErrno(failed);
  const { code, errno, says, because, hint, path } = finding;
  return new WrunError({
    code,
    message: `cannot run ${quote(failed.args[0] ?? "")}: ${says}: ${errno}`,
    because,
    hint,
    step: failed.step,
    errno,
    syscall: "execve",
    path,
    exitCode: exit_codes[code],
  });
}

function search(failed: FailedExec): Finding | null {
  const [name = ""] = failed.args;
  if (name === "") return nameless;
  const scene = sceneOf(failed);
  const paths = candidates(name, failed.path);
  if (paths[0] !== name) return searchPath(scene, failed, paths);
  const finding = inspect(scene, { path: name, name: "it", role: "program", depth: 0 });
  return finding?.errno === failed.errno ? finding : null;
}

const nameless: Finding = {
  code: "ERR_EXEC_NOT_FOUND",
  errno: "ENOENT",
  says: "its name is empty",
  path: "",
};

/** Errnos after which the next entry of PATH is tried. */
const searched = new Set(["ENOENT", "EACCES", "ENOTDIR"]);

/** The first file that is there and cannot be run is to blame; when there is none, all are missing. */
function searchPath(scene: Scene, failed: FailedExec, paths: readonly string[]): Finding | null {
  const findings = paths.map((path) =>
    inspect(scene, { path, name: quote(path), role: "program", depth: 0 }),
  );
  if (!searched.has(failed.errno)) {
    return findings.find((finding) => finding?.errno === failed.errno) ?? null;
  }
  const present = findings.find((finding) => finding !== null && !finding.absent);
  if (present) return present;
  return findings.includes(null) ? null : notInPath(scene, failed);
}

function sceneOf({ root, uid, gid, groups, overrides, cwd, mounts, arch }: FailedExec): Scene {
  return {
    root,
    who: { uid, gid, groups, overrides },
    cwd,
    arch: arch ?? (process.arch === "arm64" ? "arm64" : "x64"),
    mounts: mounts ?? [],
  };
}

function notInPath({ root, cwd }: Scene, { path, args }: FailedExec): Finding {
  const [name = ""] = args;
  return {
    code: "ERR_EXEC_NOT_FOUND",
    errno: "ENOENT",
    says: `there is none in PATH ${quote(path)}`,
    hint: nameHint(root, cwd, name, args.length),
    path: name,
  };
}

function nameHint(root: RootView, cwd: string, name: string, count: number): string | undefined {
  const here = `${cwd.replace(/\/$/, "")}/${name}`;
  const is = (path: string) => {
    const node = root.node(path);
    return typeof node !== "string" && node.type !== "directory";
  };
  if (/\s/.test(name) && count === 1) return "give the program and each argument by itself";
  if (name.startsWith("-")) return "options of wrun stand before the program's name";
  if (is(here)) return `for the file in the working directory, say ${quote(`./${name}`)}`;
  if (/^(ba|z|k|da|a)sh$/.test(name) && is("/bin/sh")) return "the container has `/bin/sh`";
  return undefined;
}

interface Meaning {
  says: string;
  hint?: string;
  code?: Finding["code"];
}

/** What execve(2) means where the files do not show it. */
const meanings: Readonly<Record<string, Meaning>> = {
  E2BIG: {
    says: "its arguments and environment are too long",
    hint: "pass long data by a file or stdin; one text has 128 KiB at most",
  },
  EACCES: {
    says: "access was refused, though its mode would allow it",
    hint: "a security module (see the kernel's log), an ACL, or a `noexec` mount may stand against it",
  },
  EAGAIN: { says: "its user has as many processes as RLIMIT_NPROC allows", hint: "raise `nproc`" },
  EINVAL: { says: "it names more than one loader", code: "ERR_EXEC_FORMAT" },
  EISDIR: { says: "its loader is a directory", code: "ERR_EXEC_INTERPRETER" },
  ELIBBAD: { says: "its loader is not a program for this host", code: "ERR_EXEC_INTERPRETER" },
  ELOOP: { says: "too many symbolic links or interpreters lead to each other" },
  EMFILE: { says: "the limit of open files is reached", hint: "raise `nofile`" },
  ENAMETOOLONG: { says: "its name is too long", code: "ERR_EXEC_NOT_FOUND" },
  ENOENT: {
    says: "it or its interpreter does not exist",
    hint: "a mount in the container may hide it",
    code: "ERR_EXEC_NOT_FOUND",
  },
  ENOEXEC: { says: "this kernel cannot run a file of its format", code: "ERR_EXEC_FORMAT" },
  ENOMEM: { says: "there is not enough memory", hint: "raise the memory limit" },
  ENOTDIR: { says: "a part of its path is no directory", code: "ERR_EXEC_NOT_FOUND" },
  EPERM: {
    says: "it was not permitted",
    hint: "a seccomp filter or a security module may stand against it",
  },
  ETXTBSY: { says: "it is open for writing somewhere", hint: "try again when that is done" },
};

function byErrno({ errno, args }: FailedExec): Finding {
  const { says, hint, code } = meanings[errno] ?? { says: "the kernel refused it" };
  return { code: code ?? "ERR_EXEC_DENIED", errno, says, hint, path: args[0] ?? "" };
}
