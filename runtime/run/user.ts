/** `--user` by name: looked up in the rootfs, which is hostile, and nowhere else (CVE-2016-3697). */
import { isErrno } from "../../shim/error.ts";
import { openDirectory } from "../../shim/files.ts";
import { type RootView, rootView } from "../../shim/root-view.ts";
import { WrunError } from "../error.ts";
import type { Request } from "../options/request.ts";
import type { Spec } from "../spec/types.ts";
import { accounts_bytes_max, type FoundUser, lookUpUser } from "../spec/user.ts";

/**
 * The spec with the user's numbers, where a user was asked for, and with a home, where it has none.
 *
 * With the root of another host, `isHere` false, there are numbers but no names.
 *
 * Any user but root has no capability to begin with, only the bounding set that a setuid program may draw from
 * (CVE-2016-8867): execve takes them away in any case, but only after the program was looked up with them.
 */
export function findUser({ spec, user, rootfs }: Request, isHere = true): Spec {
  const own = rootfs.kind === "directory" ? rootfs.path : "/";
  const path = rootfs.kind === "directory" || isHere ? own : null;
  const process = spec.process ?? { cwd: "/" };
  const env = process.env ?? [];
  const hasHome = env.some((entry) => entry.startsWith("HOME="));
  if (user === undefined) {
    if (hasHome) return spec;
    const home = homeOf(process.user?.uid ?? 0, path);
    return { ...spec, process: { ...process, env: [...env, `HOME=${home}`] } };
  }
  const found = lookUp(user, path);
  return {
    ...spec,
    process: {
      ...process,
      user: {
        ...process.user,
        uid: found.uid,
        gid: found.gid,
        additionalGids: found.additionalGids,
      },
      env: hasHome ? env : [...env, `HOME=${found.home}`],
      ...(process.capabilities && found.uid !== 0
        ? { capabilities: { ...process.capabilities, ...none } }
        : {}),
    },
  };
}

const none = { effective: [], permitted: [], inheritable: [], ambient: [] };

/** As runc and crun do it for every bundle. Nobody has asked for it, so nothing fails for want of it. */
function homeOf(uid: number, rootfs: string | null): string {
  try {
    return lookUp(`${uid}`, rootfs).home;
  } catch (error) {
    if (error instanceof WrunError) return "/";
    throw error;
  }
}

/** `rootfs` is null when it is another host's. */
function lookUp(user: string, rootfs: string | null): FoundUser {
  if (rootfs === null) return lookUpUser(user, "", "");
  try {
    using root = openDirectory(rootfs);
    const view = rootView(root);
    return lookUpUser(user, accounts(view, "/etc/passwd"), accounts(view, "/etc/group"));
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new WrunError({
      code: "ERR_ROOTFS",
      message: `cannot open the rootfs \`${rootfs}\`: ${error.errno}`,
      errno: error.errno,
      syscall: error.syscall,
      path: rootfs,
      cause: error,
    });
  }
}

/** The text of a file of accounts, "" where there is none: one byte more than is allowed shows that it is too much. */
function accounts(view: RootView, path: string): string {
  const chunks: Uint8Array[] = [];
  for (let length = 0; length <= accounts_bytes_max; ) {
    const bytes = view.head(path, accounts_bytes_max + 1 - length, length);
    if (typeof bytes === "string" || bytes.length === 0) break;
    chunks.push(bytes);
    length += bytes.length;
  }
  return Buffer.concat(chunks).toString();
}
