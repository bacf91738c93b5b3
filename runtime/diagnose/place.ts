import type { ErrorCode } from "../error.ts";
import { access, closedTo, describe, may } from "./access.ts";
import { quote } from "./quote.ts";
import type { FailedStep, Reason, Rule } from "./reason.ts";
import { type Stop, type Walk, walk } from "./walk.ts";

/** Steps whose path is one of the host, whatever the container's root is by then. */
const of_host: ReadonlySet<string> = new Set<ErrorCode>([
  "ERR_MOUNT_SOURCE",
  "ERR_ROOTFS",
  "ERR_NAMESPACE",
  "ERR_CGROUP",
  "ERR_BUNDLE_NOT_FOUND",
]);

/** The step's path, gone along in the tree that it is of. */
function walkTo({ purpose, root, host }: FailedStep): { where: string; walked: Walk } | null {
  const { path, code } = purpose;
  if (!path?.startsWith("/")) return null;
  const outside = of_host.has(code);
  const view = outside ? host : root;
  return view
    ? { where: outside ? "on the host" : "in the container", walked: walk(view, path) }
    : null;
}

/** EACCES is about a directory on the way as often as about the file: the first that is closed is named. */
export const closed: Rule = (failed) => {
  if (failed.errno !== "EACCES") return null;
  const walked = walkTo(failed)?.walked;
  if (!walked) return null;
  const { who } = failed;
  const stop = closedTo(who, walked) ?? closedEnd(failed, walked);
  if (!stop) {
    return {
      because: "no mode on the way forbids it: an ACL or a security module does",
      hint: "see `getfacl`, and the kernel's log for AppArmor or SELinux",
    };
  }
  const name = quote(stop.path);
  return {
    because: `uid ${who.uid} may not pass ${name} (${describe(stop.node)})`,
    hint: `give uid ${who.uid} the right: \`chmod o+x\` on ${name}, or choose another place`,
  };
};

/** To enter a directory takes the same right as to pass it. */
function closedEnd({ who }: FailedStep, { end }: Walk): Stop | undefined {
  if (end?.node.type !== "directory") return undefined;
  return may(who, end.node, access.execute) ? undefined : end;
}

/** Which part of the path is missing, or is no directory. */
export const missing: Rule = (failed) => {
  const { errno } = failed;
  if (errno !== "ENOENT" && errno !== "ENOTDIR") return null;
  const found = walkTo(failed);
  const at = found && breakOf(found.walked);
  // Missing in another way than the kernel said is not what was wrong.
  if (!at || at.errno !== errno) return null;
  const link = found.walked.links.at(-1);
  const via = link ? `, where the symbolic link ${quote(link.path)} leads` : "";
  if (errno === "ENOTDIR") {
    const because = `${quote(at.path)} ${found.where} is not a directory${via}`;
    return { because, hint: failed.purpose.code === "ERR_CWD" ? directory_hint : undefined };
  }
  return { because: `there is no ${quote(at.path)} ${found.where}${via}`, hint: makeIt(failed) };
};

/** Where the way breaks off; a last part that is not the directory it should be counts too. */
function breakOf({ failed, end }: Walk): { path: string; errno: string } | undefined {
  if (failed || !end || end.node.type === "directory") return failed;
  return { path: end.path, errno: "ENOTDIR" };
}

const directory_hint = "`--workdir` must name a directory of the container";

function makeIt({ purpose }: FailedStep): string | undefined {
  if (purpose.hint) return undefined;
  const { code, path = "" } = purpose;
  if (code === "ERR_MOUNT_SOURCE")
    return `make it first: \`mkdir -p ${path}\`; wrun makes no sources`;
  if (code === "ERR_CWD") return directory_hint;
  return undefined;
}

/** openat2 with RESOLVE_IN_ROOT, NO_MAGICLINKS, NO_SYMLINKS: who put that link there. */
export const strayed: Rule = (failed) => {
  const { errno, syscall } = failed;
  if (errno !== "ELOOP" && errno !== "EXDEV") return null;
  if (syscall !== "openat2" && failed.purpose.code !== "ERR_CWD_OUTSIDE") return null;
  const link = walkTo(failed)?.walked.links.at(0);
  const because = link
    ? `${quote(link.path)} is a symbolic link to ${quote(link.node.link)}, which is not followed here`
    : "a symbolic link on the way is not followed here, or leads out of the container";
  return {
    because,
    hint: "a possible breakout attempt: rebuild the image with a real directory in its place",
  };
};

/** A mount point that would have to be made where nothing can be written. */
export const readOnly: Rule = ({ errno, purpose }) => {
  if (errno !== "EROFS") return null;
  const path = quote(purpose.path ?? "");
  const reason: Reason = { because: `${path} does not exist, and its file system is read-only` };
  return purpose.code === "ERR_MOUNT_TARGET"
    ? { ...reason, hint: `make ${path} in the root file system beforehand, or mount it elsewhere` }
    : { because: "its file system is read-only" };
};
