import type { Facts } from "../../shim/facts/types.ts";
import { quote } from "./quote.ts";
import type { FailedStep, Rule } from "./reason.ts";
import { mount_calls } from "./table-kernel.ts";

/**
 * A new proc or sysfs in a user namespace: the kernel allows it only where the one outside shows all of itself
 * (mount_too_revealing() in fs/namespace.c), which it does not inside most containers.
 */
export const masked: Rule = (failed) => {
  const type = /^mount `(proc|sysfs)`/.exec(failed.purpose.say)?.[1];
  if (failed.errno !== "EPERM" || !type || !mount_calls.has(failed.syscall)) return null;
  const over = hidden(failed.facts, type === "proc" ? "/proc" : "/sys");
  if (over.length === 0) {
    return {
      because: `${type} can be mounted only with a ${type === "proc" ? "pid" : "network"} namespace of its own, and by its root`,
    };
  }
  const list = over.slice(0, 3).map(quote).join(", ");
  return {
    because: `wrun is itself in a container: mounts hide ${list}${over.length > 3 ? " and more" : ""}, and a new ${type} would show them`,
    hint: `show all of it in the outer container: podman \`--security-opt unmask=ALL\`, docker \`--security-opt systempaths=unconfined\``,
  };
};

function hidden({ mounts }: Facts, dir: string): string[] {
  return mounts.map(({ point }) => point).filter((point) => point.startsWith(`${dir}/`));
}

/** Flags that a mount has from the host are locked in a user namespace (man 7 mount_namespaces). */
export const locked: Rule = ({ errno, syscall, facts }) => {
  if (errno !== "EPERM" || !mount_calls.has(syscall)) return null;
  if (syscall === "mount_setattr") {
    return {
      because:
        "flags that the mount has on the host (ro, nosuid, nodev, noexec) cannot be taken off in a user namespace",
      hint: "leave them in the options of the mount, or run wrun as root",
    };
  }
  const root = facts.userNamespaces.initial && facts.user.uid === 0;
  return {
    because: root
      ? "a security module, a seccomp filter or missing CAP_SYS_ADMIN stands against it"
      : "a user namespace may not mount this file system",
    hint: root ? undefined : "run wrun as root, or take a bind mount or a tmpfs",
  };
};

/** What EINVAL comes from differs by system call. */
export const malformed: Rule = (failed) => {
  if (failed.errno !== "EINVAL" || !mount_calls.has(failed.syscall)) return null;
  const because = causes[failed.syscall];
  return because ? { because: because(failed) } : null;
};

const causes: Readonly<Record<string, (failed: FailedStep) => string>> = {
  fsconfig: ({ purpose }) =>
    / with the option `/.test(purpose.say)
      ? "the file system does not know the option, or not this value"
      : "the file system does not take these options together; `dmesg` may say more",
  move_mount: () =>
    "a directory can only be mounted on a directory and a file on a file, and not on a shared parent",
  mount_setattr: () => "the mount does not take one of the flags",
  open_tree: () =>
    "the source holds mounts that may not be taken apart, or is unbindable: `rbind` takes them along",
  pivot_root: () => "the root file system must be a mount of its own and not shared",
};

/** A place that is taken, or still used. */
export const busy: Rule = ({ errno, syscall }) => {
  if (errno !== "EBUSY") return null;
  const mount = mount_calls.has(syscall);
  return {
    because: mount
      ? "something is mounted there already, or the file system is in use with other options"
      : "it is in use by something else",
  };
};
