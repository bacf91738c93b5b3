/** Every error code: when it comes, with which exit status, and what to do. docs/errors.md and `wrun help CODE` are made of it. */
import type { ErrorCode } from "../error.ts";

export interface CodeEntry {
  code: ErrorCode;
  /** Exit status of the CLI, "" where it depends. */
  exit: string;
  when: string;
  remedy: string;
}

/** A record, so that the compiler misses no code. */
const table: Record<ErrorCode, Omit<CodeEntry, "code">> = {
  ERR_USAGE: {
    exit: "125 for `wrun run`, 2 for the other commands",
    when: "An unknown command or flag, a flag without its value, a value of the wrong form, a missing argument.",
    remedy:
      "The hint names the nearest flag. `wrun help COMMAND` lists all, `wrun help COMMAND --FLAG` explains one.",
  },
  ERR_BUNDLE_NOT_FOUND: {
    exit: "125",
    when: "The directory given with `--bundle` does not exist, or has no config.json that can be read.",
    remedy: "`wrun spec --bundle DIR` writes a config.json to start from.",
  },
  ERR_CONFIG_INVALID: {
    exit: "125",
    when: "config.json is not JSON, has a key twice, a value of the wrong type or out of range, or contradicts itself. The error says where, as a JSON pointer.",
    remedy:
      "Correct the value at the pointer. `wrun plan --bundle DIR` checks a bundle without running it.",
  },
  ERR_CONFIG_UNSUPPORTED: {
    exit: "125",
    when: "config.json asks for something that is valid and that wrun does not do. It is refused, because a container that silently lacks a protection is worse than none.",
    remedy: "Remove the property at the pointer, if the container can do without it.",
  },
  ERR_FACTS: {
    exit: "125",
    when: "The file given with `--facts` cannot be read, is not what `wrun facts` writes, or is of another version.",
    remedy: "On the host that the plan is for: `wrun facts > host.json`.",
  },
  ERR_ID_INVALID: {
    exit: "125",
    when: "The name of a container has other characters than letters, digits, `_`, `+`, `-` and `.`, is too long, or is `.` or `..`.",
    remedy: "Choose another `--name`.",
  },
  ERR_ID_TAKEN: {
    exit: "125",
    when: "There is a container of this name already.",
    remedy: "Choose another `--name`, or remove the old one with `wrun delete --force NAME`.",
  },
  ERR_NOT_FOUND: {
    exit: "125",
    when: "There is no container of this name in the state directory of this user.",
    remedy:
      "Containers of root and of an ordinary user are kept apart: run the command as the user who made the container, with the same WRUN_ROOT.",
  },
  ERR_STATE_WRONG: {
    exit: "125",
    when: "The container is in a state in which this cannot be done, such as deleting one that runs.",
    remedy: "Wait for it to end, or `wrun delete --force NAME`.",
  },
  ERR_KERNEL_TOO_OLD: {
    exit: "125",
    when: "The kernel is older than 5.12, which brought mount_setattr(2).",
    remedy:
      "There is no way round it: a newer kernel is needed. `wrun doctor` shows what this one has.",
  },
  ERR_FEATURE_MISSING: {
    exit: "125",
    when: "The kernel was built without something that this container needs, or a policy of the host forbids the system call.",
    remedy:
      "`wrun doctor` says what is missing. Inside another container it may be that one's seccomp profile.",
  },
  ERR_USERNS_DENIED: {
    exit: "125",
    when: "This user may not make a user namespace, and without one an ordinary user cannot run a container.",
    remedy:
      "The hint names the sysctl or policy that says no: user.max_user_namespaces, kernel.unprivileged_userns_clone or kernel.apparmor_restrict_unprivileged_userns. `wrun doctor` shows how to change it.",
  },
  ERR_IDMAP: {
    exit: "125",
    when: "A map of user or group ids overlaps itself, is too long, or may not be written by this user.",
    remedy:
      "An ordinary user needs lines in /etc/subuid and /etc/subgid and the programs newuidmap and newgidmap (package uidmap or shadow) for more than one id.",
  },
  ERR_NAMESPACE: {
    exit: "125",
    when: "A namespace cannot be made or joined, or the namespaces asked for contradict each other or the rest of the configuration.",
    remedy:
      "The pointer names the entry of linux.namespaces. A namespace to join must exist, be of that kind, and belong to a user namespace in which this user has CAP_SYS_ADMIN.",
  },
  ERR_CGROUP: {
    exit: "125",
    when: "A cgroup cannot be made, written, or entered, or the kernel refuses the value of a limit.",
    remedy:
      "The error names the file and the value. An ordinary user needs a delegated cgroup: `wrun doctor` shows how.",
  },
  ERR_CGROUP_CONTROLLER: {
    exit: "125",
    when: "A limit was asked for whose cgroup controller this host does not have or this user was not given.",
    remedy:
      "With systemd, delegate it: a drop-in with `Delegate=yes` for user@.service (`wrun doctor` prints it). Or leave the limit out.",
  },
  ERR_RDT: {
    exit: "125",
    when: "linux.intelRdt cannot be done: no resctrl filesystem is mounted, a class of service is not there or has other schemata, or the kernel refuses them.",
    remedy:
      "`mount -t resctrl resctrl /sys/fs/resctrl` where the CPU has it. /sys/fs/resctrl/schemata shows what can be shared out, info/last_cmd_status why the kernel refused.",
  },
  ERR_CAPABILITY: {
    exit: "125",
    when: "`--cap-add` or `--cap-drop` names a capability that does not exist, or wrun does not have the one to be given.",
    remedy: "`man 7 capabilities` lists the names; CAP_ may be left out.",
  },
  ERR_SECCOMP: {
    exit: "125",
    when: "The seccomp profile, in linux.seccomp or the file of `--security-opt seccomp=FILE`, contradicts itself or is more than a filter can hold, or the kernel refuses the filter.",
    remedy:
      "Correct the rule at the pointer. EACCES: without no_new_privs a filter takes CAP_SYS_ADMIN. EINVAL: the kernel needs CONFIG_SECCOMP_FILTER.",
  },
  ERR_LSM: {
    exit: "125",
    when: "The AppArmor profile or SELinux label of the process cannot be had: the kernel has no such module, or does not know the name.",
    remedy:
      "`cat /sys/kernel/security/lsm` lists the modules, `aa-status` the profiles that are loaded.",
  },
  ERR_ROOTFS: {
    exit: "125",
    when: "The root filesystem does not exist, is not a directory, or cannot be made the container's root.",
    remedy:
      "Check root.path of config.json, which is relative to the bundle, or `--rootfs`. Each directory above it must allow search (x) for this user.",
  },
  ERR_MOUNT: {
    exit: "125",
    when: "A filesystem cannot be mounted: its type is not known, an option is refused, or this user may not mount it.",
    remedy:
      "The error names mount and option. In a user namespace only some types can be mounted (`man 7 user_namespaces`), and a flag such as nodev that the host has set stays set.",
  },
  ERR_MOUNT_SOURCE: {
    exit: "125",
    when: "What is to be mounted does not exist on the host or cannot be opened by this user.",
    remedy:
      "Check the first part of `--volume`, or source of the mount. wrun makes no missing source directories.",
  },
  ERR_MOUNT_TARGET: {
    exit: "125",
    when: "The place to mount at cannot be made or opened inside the root filesystem: a symbolic link leads out of it, a file stands where a directory must be, or the root filesystem is read-only.",
    remedy: "Make the file or directory in the root filesystem beforehand.",
  },
  ERR_USER_NOT_FOUND: {
    exit: "125",
    when: "`--user` names a user or group that the container's /etc/passwd or /etc/group does not have, or an id that its id map does not have.",
    remedy:
      "Use numbers, such as `--user 1000:1000`, or add the name to the files in the root filesystem.",
  },
  ERR_HOSTNAME: {
    exit: "125",
    when: "A hostname or domain name is longer than 64 bytes, or there is no UTS namespace to set it in.",
    remedy: "Shorten it; `man 2 sethostname` has the limit.",
  },
  ERR_CWD: {
    exit: "125",
    when: "The working directory does not exist in the container, is not a directory, or cannot be entered by its user.",
    remedy: "Make it in the root filesystem, or choose another `--workdir`.",
  },
  ERR_CWD_OUTSIDE: {
    exit: "125",
    when: "The working directory is outside of the container's root filesystem. That is a possible attempt to break out (CVE-2024-21626).",
    remedy:
      "Do not run this image or bundle before you know why its working directory leads there.",
  },
  ERR_EXEC_NOT_FOUND: {
    exit: "127",
    when: "The command was not found in the container: not at its path, or in no directory of its PATH.",
    remedy: "The error names the PATH searched. It is the container's own, see `--env PATH=...`.",
  },
  ERR_EXEC_INTERPRETER: {
    exit: "127",
    when: "The command exists, and the interpreter in its `#!` line or the loader it was linked for does not.",
    remedy:
      "Add the interpreter or loader to the root filesystem. A `#!` line that ends in CR LF names a file with CR at the end of its name.",
  },
  ERR_EXEC_FORMAT: {
    exit: "126",
    when: "The command is no program of this machine: another architecture, or a script without a `#!` line.",
    remedy: "Use a root filesystem of this architecture, or start the script by its interpreter.",
  },
  ERR_EXEC_DENIED: {
    exit: "126",
    when: "The command may not be executed: it is a directory, has no execute permission for this user, or is on a mount with noexec.",
    remedy: "chmod it, choose another `--user`, or mount without noexec.",
  },
  ERR_TERMINAL: {
    exit: "125",
    when: "A terminal was asked for and could not be made or set up.",
    remedy: "Leave out `-t`, or mount devpts at /dev/pts in the container.",
  },
  ERR_HOOK: {
    exit: "125",
    when: "A hook of config.json (`hooks`) could not be executed, ended with an exit status other than 0, or took longer than its `timeout`. What it has written to its output is in the error. The container is gone then.",
    remedy:
      "Run the program of the hook by hand: it gets the state of the container, JSON, as its input.",
  },
  ERR_CRIU: {
    exit: "125",
    when: "CRIU, which saves and restores containers, is not there, or could not do it. Its own words are in the error, and all of them in the log that is named. A container that could not be saved goes on.",
    remedy:
      "Install `criu` (Debian: the package of that name), and look whether `criu check` finds the kernel good. What a container may not have while it is saved has a flag mostly: `--tcp-established`, `--ext-unix-sk`, `--file-locks`, `--shell-job`.",
  },
  ERR_SYSTEMD: {
    exit: "125",
    when: "systemd, which was asked for the container's cgroup (`--systemd-cgroup`), cannot be reached or has refused. Its own words are in the error.",
    remedy:
      "Look at the unit that is named: `systemctl status UNIT`, and `systemctl reset-failed UNIT` where one of the same name has failed. An annotation `org.systemd.property.NAME` may have a value that systemd does not take. Without `--systemd-cgroup` wrun makes the cgroup itself.",
  },
  ERR_ABORTED: {
    exit: "125",
    when: "The caller gave up: its AbortSignal fired before the container had ended. Only the library reports this.",
    remedy: "Nothing is left of the container.",
  },
  ERR_EXIT: {
    exit: "the program's own, or 128+n",
    when: "The program in the container ended with another status than 0, or by a signal. Only the library reports this, as RunError, which has all that the result has.",
    remedy: "With `reject: false` the library resolves instead.",
  },
  ERR_LAUNCH: {
    exit: "125",
    when: "A step of the launch failed that has no code of its own. The error names the step, its subject and the errno.",
    remedy: "`wrun plan` with the same flags prints the steps before it and what each is for.",
  },
  ERR_INTERNAL: {
    exit: "125",
    when: "wrun came upon something that cannot be: a defect of wrun.",
    remedy: "Please report it with the whole message and the output of `wrun doctor --json`.",
  },
};

export const codes: readonly CodeEntry[] = Object.entries(table).map(([code, entry]) => ({
  code: code as ErrorCode,
  ...entry,
}));
