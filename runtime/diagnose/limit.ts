import type { FailedStep, Reason, Rule } from "./reason.ts";

/** Something has run out: which limit it is, and its value where the facts have it. */
export const exhausted: Rule = (failed) => limits[failed.errno]?.(failed) ?? null;

const limits: Readonly<Record<string, (failed: FailedStep) => Reason | null>> = {
  EMFILE: (failed) => ({
    because: `the process has as many files open as RLIMIT_NOFILE allows${value(failed, "RLIMIT_NOFILE")}`,
    hint: "raise it where wrun is started: `ulimit -n`",
  }),
  ENFILE: () => ({
    because: "the whole host has as many files open as fs.file-max allows",
    hint: "raise it: `sysctl fs.file-max`, and see `lsof` for who has them",
  }),
  EDQUOT: () => ({
    because: "the quota of this user is used up",
    hint: "see `quota`, or `cgroup.max.*` of the cgroup",
  }),
  ENOSPC: ({ syscall }) =>
    syscall === "move_mount" || syscall === "open_tree"
      ? { because: "the mount namespace is full", hint: "raise it: `sysctl fs.mount-max`" }
      : {
          because: "there is no space left on the file system, or no inode",
          hint: "see `df` and `df -i`",
        },
  EAGAIN: (failed) =>
    failed.syscall === "clone3"
      ? {
          because: `no further process is allowed: RLIMIT_NPROC${value(failed, "RLIMIT_NPROC")}, or pids.max of the cgroup`,
          hint: "raise `--pids-limit`, or `ulimit -u` where wrun is started",
        }
      : null,
  ENOMEM: () => ({
    because: "the kernel has no memory for it, or the cgroup's limit is too small to start in",
    hint: "raise `--memory`",
  }),
  EPERM: (failed) => raised(failed),
};

/** Raising a hard limit takes CAP_SYS_RESOURCE on the host (man 2 prlimit). */
function raised({ syscall, purpose, facts }: FailedStep): Reason | null {
  const name = /^set `(RLIMIT_\w+)`/.exec(purpose.say)?.[1];
  if (syscall !== "prlimit64" || !name) return null;
  const hard = facts.rlimits[name]?.hard;
  return {
    because: `a hard limit can only be lowered here, and wrun's own is ${hard === -1 ? "unlimited" : (hard ?? "lower")}`,
    hint: "ask for no more than that, or run wrun as root with CAP_SYS_RESOURCE",
  };
}

function value({ facts }: FailedStep, name: string): string {
  const soft = facts.rlimits[name]?.soft;
  return soft === undefined ? "" : ` (${soft === -1 ? "unlimited" : soft})`;
}
