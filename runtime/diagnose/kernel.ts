import type { Reason, Rule } from "./reason.ts";
import { since } from "./table-kernel.ts";

/** A system call that is not there: an old kernel, or a filter around wrun that hides it. */
export const unknownCall: Rule = ({ errno, syscall, facts }) => {
  if (errno !== "ENOSYS") return null;
  const { release, major, minor } = facts.kernel;
  const version = (since as Readonly<Record<string, readonly [number, number]>>)[syscall];
  const [first, second] = version ?? [0, 0];
  if (major < first || (major === first && minor < second))
    return tooOld(syscall, version, release);
  return {
    because: `Linux ${release} has \`${syscall}\`, but something around wrun answers that it has not`,
    hint: "wrun runs in a container or sandbox whose seccomp filter must let the call through",
    code: "ERR_FEATURE_MISSING",
  };
};

function tooOld(syscall: string, version: readonly number[] = [], release: string): Reason {
  return {
    because: `\`${syscall}\` came with Linux ${version.join(".")}, and this is ${release}`,
    hint: "wrun needs Linux 5.12 or newer",
    code: "ERR_KERNEL_TOO_OLD",
  };
}

/** A file system that this kernel does not have. */
export const unknownFilesystem: Rule = ({ errno, syscall }) => {
  if (errno !== "ENODEV" || (syscall !== "fsopen" && syscall !== "mount")) return null;
  return {
    because: "this kernel has no such file system, built in or as a loaded module",
    hint: "see /proc/filesystems; `modprobe` loads it where it exists",
    code: "ERR_FEATURE_MISSING",
  };
};

/** Sysctls of a namespace are files below /proc/sys. */
export const sysctl: Rule = ({ errno, purpose }) => {
  if (!purpose.say.startsWith("set the sysctl")) return null;
  if (errno === "ENOENT") return { because: "this kernel has no such sysctl in a container" };
  if (errno === "EACCES" || errno === "EPERM" || errno === "EROFS") {
    return {
      because: "it belongs to the whole host, or to a namespace that the container shares with it",
      hint: "only sysctls of namespaces the container has of its own can be set: net.*, kernel.shm*, fs.mqueue.*",
    };
  }
  if (errno === "EINVAL") return { because: "the value is not one that this sysctl takes" };
  return null;
};
