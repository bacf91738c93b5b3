/** Puts the decision on devices into force, in a cgroup that has no process yet. */
import { attachDeviceProgram, loadDeviceProgram } from "../../shim/bpf.ts";
import { isErrno, type SyscallError } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { open_flags, openat2, resolve_own, write } from "../../shim/files.ts";
import { WrunError } from "../error.ts";
import type { Decisions } from "../policy/decide.ts";

type Plan = Decisions["devices"];

/** `cgroup` is the open cgroup of the plan's hierarchy. Throws WrunError: half a filter is none. */
export function restrictDevices(plan: Plan, cgroup: Fd | undefined): void {
  if (plan.means === "none") return;
  if (!cgroup) throw new RangeError("access to devices is decided in a cgroup that was not made");
  if (plan.means === "v1") writeRules(cgroup, plan.writes);
  else attachProgram(cgroup, plan);
}

/** Each file is opened once: of a dozen writes all but one go to devices.allow. */
function writeRules(cgroup: Fd, writes: Plan["writes"]): void {
  const files = new Map<string, Fd>();
  try {
    for (const rule of writes) writeRule(cgroup, files, rule);
  } finally {
    for (const fd of files.values()) fd.close();
  }
}

function writeRule(
  cgroup: Fd,
  files: Map<string, Fd>,
  { file, value, why, ignore }: Plan["writes"][number],
): void {
  try {
    const how = { resolve: resolve_own };
    const fd = files.get(file) ?? openat2(cgroup, file, open_flags.write, how);
    files.set(file, fd);
    write(fd, Buffer.from(value));
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (ignore.includes(error.errno)) return;
    throw failure(`cannot write \`${value}\` to \`${file}\``, error, why, hints[error.errno]);
  }
}

const hints: Partial<Record<string, string>> = {
  EPERM: "no cgroup can allow a device that its parent denies, wrun's own parent included",
  EINVAL: "rules on devices cannot be changed in a cgroup that has others below it",
};

function attachProgram(cgroup: Fd, { program, why }: Plan): void {
  try {
    using loaded = loadDeviceProgram(program);
    attachDeviceProgram(cgroup, loaded);
  } catch (error) {
    if (!isErrno(error)) throw error;
    const verifier = error.cause instanceof Error ? `; the verifier: ${error.cause.message}` : "";
    const hint =
      "wrun needs a kernel with CONFIG_CGROUP_BPF, and around it no seccomp filter that refuses bpf(2)";
    const rule = `${why.rule}${verifier}`;
    throw failure("cannot restrict access to devices", error, { ...why, rule }, hint);
  }
}

function failure(
  what: string,
  error: SyscallError,
  why: { rule: string; pointer: string },
  hint: string | undefined,
): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `${what}: ${error.errno}`,
    because: why.rule,
    ...(hint !== undefined && { hint }),
    ...(why.pointer !== "" && { pointer: why.pointer }),
    errno: error.errno,
    syscall: error.syscall,
    ...(error.path !== undefined && { path: error.path }),
    cause: error,
  });
}
