import { basename } from "node:path";
import type { Arch } from "../../shim/program/syscalls.ts";
import type { RootView } from "../../shim/root-view.ts";
import { access, closedTo, describe, may, type Who } from "./access.ts";
import type { Finding } from "./finding.ts";
import { header_bytes, readHeader } from "./header.ts";
import { otherLibrary, readElf } from "./image.ts";
import { quote } from "./quote.ts";
import { type Stop, walk } from "./walk.ts";

/** Who would run a file, and where. */
export interface Scene {
  root: RootView;
  who: Who;
  /** Of the container. */
  cwd: string;
  /** Of the host. */
  arch: Arch;
  /** The mounts of the container that the view may not show, for their `noexec`. */
  mounts: readonly { destination: string; options?: readonly string[] }[];
}

/** A file and what to call it in a message: `it`, or `its interpreter …`. */
export interface Subject {
  path: string;
  name: string;
  role: "program" | "interpreter" | "loader";
  /** How many interpreters have led here. */
  depth: number;
}

/** Interpreters of interpreters that the kernel follows: exec_binprm() in fs/exec.c gives up at the sixth. */
const depth_max = 5;

/** Finds out why a file cannot be run, or null when nothing stands against it. */
export function inspect(scene: Scene, subject: Subject): Finding | null {
  const walked = walk(scene.root, subject.path, scene.cwd);
  const closed = closedTo(scene.who, walked);
  if (closed) return closedDirectory(scene, closed);
  if (walked.failed) return missing(subject, walked.failed, walked.links);
  if (!walked.end) return null;
  return denied(scene, subject, walked.end) ?? content(scene, subject, walked.end);
}

function closedDirectory({ who }: Scene, { path, node }: Stop): Finding {
  return {
    code: "ERR_EXEC_DENIED",
    errno: "EACCES",
    says: `uid ${who.uid} may not pass the directory ${quote(path)} (${describe(node)})`,
    hint: `allow it with \`chmod o+x\` on ${quote(path)}, or run as its owner`,
    path,
  };
}

const notThere =
  "give a program of the container's root filesystem: `--rootfs`, or `root.path` of the bundle";

function missing(
  { path: wanted, name, role }: Subject,
  { path, errno }: { path: string; errno: string },
  links: readonly Stop[],
): Finding {
  const own = basename(wanted);
  const dangling = links.findLast((link) => basename(link.path) === own);
  const ways: Record<string, string> = {
    ENOENT: `${name} does not exist`,
    ENOTDIR: `${quote(path)} is not a directory`,
    ELOOP: `the symbolic link ${quote(path)} leads in a circle`,
  };
  return {
    code: role === "program" ? "ERR_EXEC_NOT_FOUND" : "ERR_EXEC_INTERPRETER",
    errno,
    says: ways[errno] ?? `${name} cannot be looked up`,
    because: dangling
      ? leads(dangling)
      : errno === "ENOENT"
        ? onTheWay(path, own, links)
        : undefined,
    hint: role === "program" ? notThere : `put ${quote(path)} into the root filesystem`,
    path,
    absent: role === "program" && !dangling,
  };
}

function leads({ path, node }: Stop): string {
  return `the symbolic link ${quote(path)} leads to ${quote(node.link)}`;
}

/** Names what is missing when it is a directory before the file itself. */
function onTheWay(path: string, own: string, links: readonly Stop[]): string | undefined {
  if (basename(path) === own) return undefined;
  const link = links.at(-1);
  return `there is no ${quote(path)}${link ? `, and ${leads(link)}` : ""}`;
}

/** The order is that of the kernel: may_open() asks for the type and the mount, then the bits count. */
function denied(scene: Scene, { name }: Subject, { path, node }: Stop): Finding | null {
  const because = (says: string, hint?: string): Finding => {
    return { code: "ERR_EXEC_DENIED", errno: "EACCES", says, hint, path };
  };
  if (node.type === "directory") return because(`${name} is a directory`);
  if (node.type !== "file") return because(`${name} is not a regular file`);
  const mount = noexecMount(scene, path);
  if (node.noexec || mount !== undefined) {
    const where = mount === undefined ? "" : ` at ${quote(mount)}`;
    return because(`${name} is on a mount with \`noexec\`${where}`, "mount it with `exec`");
  }
  if (may(scene.who, node, access.execute)) return null;
  const bits = describe(node);
  if ((node.mode & 0o111) === 0) {
    return because(`${name} is not executable (${bits})`, `make it so with \`chmod +x\``);
  }
  return because(
    `uid ${scene.who.uid} may not execute ${name} (${bits})`,
    "allow it with `chmod o+x`, or run as its owner",
  );
}

/** The mount in the container that the file would be on: the one with the longest destination, of equals the last. */
function noexecMount({ mounts }: Scene, path: string): string | undefined {
  const over = mounts
    .filter(({ destination }) => `${path}/`.startsWith(`${destination.replace(/\/+$/, "")}/`))
    .reduce<Scene["mounts"][number] | undefined>(
      (best, mount) => (best && best.destination.length > mount.destination.length ? best : mount),
      undefined,
    );
  const flag = over?.options?.findLast((option) => option === "exec" || option === "noexec");
  return flag === "noexec" ? over?.destination : undefined;
}

function content(scene: Scene, subject: Subject, { path }: Stop): Finding | null {
  const head = scene.root.head(path, header_bytes);
  if (typeof head === "string") return null;
  const header = readHeader(head);
  const { name } = subject;
  const format = (says: string, hint?: string): Finding => {
    return { code: "ERR_EXEC_FORMAT", errno: "ENOEXEC", says, hint, path };
  };
  switch (header.kind) {
    case "empty":
      return format(`${name} is empty`);
    case "text":
      return format(
        `${name} is a text without a \`#!\` line`,
        `begin it with \`#!/bin/sh\`, or run ${quote(`sh ${subject.path}`)}`,
      );
    case "data":
      return format(`${name} is not a program`);
    case "foreign":
      return format(`${name} is ${header.what}`);
    case "elf": {
      const answer = readElf(scene, subject, path, header);
      if (typeof answer !== "string") return answer;
      if (answer === "") return null;
      return loader(scene, subject, answer);
    }
    case "script":
      if (header.cut) return format(`the \`#!\` line of ${name} is longer than the kernel reads`);
      if (header.interpreter === "") return format(`the \`#!\` line of ${name} names no program`);
      return interpreter(scene, subject, header);
  }
}

function interpreter(
  scene: Scene,
  { path, depth }: Subject,
  { interpreter, crlf }: { interpreter: string; crlf: boolean },
): Finding | null {
  if (depth === depth_max) {
    const says = `too many interpreters of interpreters, up to ${quote(interpreter)}`;
    return { code: "ERR_EXEC_INTERPRETER", errno: "ELOOP", says, path };
  }
  const finding = inspect(scene, {
    path: interpreter,
    name: `its interpreter ${quote(interpreter)}`,
    role: "interpreter",
    depth: depth + 1,
  });
  if (finding?.errno !== "ENOENT" || !crlf || !interpreter.endsWith("\r")) return finding;
  return {
    ...finding,
    because: "its lines end in CR LF, as on Windows, and the CR counts as a part of the name",
    hint: `convert it: \`sed -i 's/\\r$//' FILE\``,
  };
}

function loader(scene: Scene, { depth }: Subject, path: string): Finding | null {
  const name = `its loader ${quote(path)}`;
  const finding = inspect(scene, { path, name, role: "loader", depth: depth + 1 });
  if (finding?.errno !== "ENOENT") return finding;
  return { ...finding, ...otherLibrary(scene.root, path) };
}
