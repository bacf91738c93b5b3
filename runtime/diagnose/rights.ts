import type { Facts } from "../../shim/facts/types.ts";
import type { FailedStep, Reason, Rule } from "./reason.ts";
import { mount_calls, namespace_calls } from "./table-kernel.ts";

const cap_sys_admin = 1n << 21n;

function isPrivileged({ user }: Facts): boolean {
  return (user.effective & cap_sys_admin) !== 0n;
}

function makesUser({ syscall, purpose }: FailedStep): boolean {
  return namespace_calls.has(syscall) && purpose.code === "ERR_USERNS_DENIED";
}

/** A user namespace that may not be made: which setting says no (man 2 unshare, man 7 user_namespaces). */
export const userNamespace: Rule = (failed) => {
  if (!makesUser(failed)) return null;
  const denied = deniedBy(failed);
  return denied && { ...denied, code: "ERR_USERNS_DENIED" };
};

function deniedBy({ errno, facts }: FailedStep): Reason | null {
  const { max, unprivilegedClone, apparmorRestrict } = facts.userNamespaces;
  if (errno === "ENOSPC" || errno === "EUSERS") {
    if (max === 0) return setting("user.max_user_namespaces", 0, 15000);
    return {
      because: `user.max_user_namespaces is ${max ?? "unknown"} and used up, or they are nested 32 deep`,
      hint: "end other containers, or raise it: `sysctl -w user.max_user_namespaces=N`",
    };
  }
  if (errno === "EINVAL") {
    return {
      because: "this kernel was built without user namespaces",
      hint: "CONFIG_USER_NS is needed, or `--userns host` as root",
    };
  }
  if (errno !== "EPERM" && errno !== "EACCES") return null;
  const privileged = isPrivileged(facts);
  if (unprivilegedClone === 0 && !privileged) {
    return setting("kernel.unprivileged_userns_clone", 0, 1);
  }
  if (apparmorRestrict && !privileged) return apparmor(apparmorRestrict);
  return {
    because: `no sysctl forbids it: a seccomp filter, a security module (${facts.lsm.join(", ") || "unknown"}) or a chroot around wrun does`,
    hint: "in a container, allow `unshare` and `clone3` with CLONE_NEWUSER, as with `--security-opt seccomp=unconfined`",
  };
}

function setting(name: string, value: number, wanted: number): Reason {
  return { because: `${name} is ${value}`, hint: `\`sudo sysctl -w ${name}=${wanted}\` allows it` };
}

function apparmor(value: number): Reason {
  const name = "kernel.apparmor_restrict_unprivileged_userns";
  return {
    because: `${name} is ${value}: AppArmor leaves programs without a profile no rights in a user namespace`,
    hint: `give wrun a profile with \`userns,\`, or \`sudo sysctl -w ${name}=0\``,
  };
}

/** With AppArmor's restriction the namespace is made, and everything that its rights are needed for fails. */
export const powerless: Rule = ({ errno, facts, syscall }) => {
  const { apparmorRestrict } = facts.userNamespaces;
  if (!apparmorRestrict || isPrivileged(facts) || (errno !== "EPERM" && errno !== "EACCES")) {
    return null;
  }
  const needing = mount_calls.has(syscall) || namespace_calls.has(syscall) || ids.has(syscall);
  if (!needing) return null;
  return { ...apparmor(apparmorRestrict), code: "ERR_USERNS_DENIED" };
};

const ids = new Set(["setresuid", "setresgid", "setgroups", "sethostname", "setdomainname"]);

/** The other kinds of namespace. */
export const namespaces: Rule = ({ errno, syscall, facts }) => {
  if (!namespace_calls.has(syscall)) return null;
  if (errno === "EPERM") {
    return {
      because: isPrivileged(facts)
        ? "a seccomp filter or a security module around wrun forbids it"
        : "it takes CAP_SYS_ADMIN, or a user namespace of the container's own",
      hint: isPrivileged(facts) ? undefined : "leave out `--userns host`, or run wrun as root",
    };
  }
  if (errno === "ENOSPC") {
    return {
      because: "the limit of namespaces of one kind is reached (user.max_*_namespaces)",
      hint: "end other containers, or raise the limit: `sysctl user`",
    };
  }
  if (errno === "EINVAL") {
    return {
      because: "this kernel was built without one of the namespaces that the container asks for",
      hint: "/proc/self/ns lists those it has",
      code: "ERR_FEATURE_MISSING",
    };
  }
  return null;
};

/** setns into a namespace that the spec names by path. */
export const joined: Rule = ({ errno, syscall, purpose }) => {
  if (syscall !== "setns") return null;
  if (errno === "EPERM") {
    return { because: "joining it takes CAP_SYS_ADMIN in the user namespace that owns it" };
  }
  if (errno === "EINVAL") {
    return {
      because: `\`${purpose.path}\` is not a namespace of this kind, or wrun is in it already`,
    };
  }
  return null;
};

/** Ids that the container's user namespace has no place for. */
export const unmapped: Rule = ({ errno, syscall }) => {
  if (!ids.has(syscall) || !/^set(res[ug]id|groups)$/.test(syscall)) return null;
  if (errno === "EINVAL") {
    return {
      because: "the id maps of the container's user namespace have no such id",
      hint: "add it to `--uidmap` and `--gidmap`, or choose an id that is mapped; `wrun plan` shows them",
      code: "ERR_IDMAP",
    };
  }
  if (errno === "EPERM" && syscall === "setgroups") {
    return {
      because:
        "a user namespace with a single id may not change its groups (man 7 user_namespaces)",
      hint: "leave out additional groups, or give this user a range in /etc/subgid",
      code: "ERR_IDMAP",
    };
  }
  return null;
};
