import type { SyscallError } from "../../shim/error.ts";
import { WrunError } from "../error.ts";
import type { Decisions } from "../policy/decide.ts";

export function cannotMake(path: string, error: SyscallError): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `cannot make the cgroup \`${path}\`: ${error.errno}`,
    because: error.message,
    errno: error.errno,
    syscall: error.syscall,
    path,
    cause: error,
  });
}

export function cannotWrite(
  { file, value, why }: Decisions["cgroups"]["writes"][number],
  error: SyscallError,
): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `cannot write \`${value}\` to \`${file}\`: ${error.errno}`,
    because: why.rule,
    ...(why.pointer ? { pointer: why.pointer } : {}),
    errno: error.errno,
    syscall: error.syscall,
    path: error.path ?? file,
    cause: error,
  });
}

export function frozen(path: string): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `the cgroup \`${path}\` is frozen: no container can start in it`,
    hint: "thaw it, or the cgroup above it that was frozen, or give `linux.cgroupsPath` another value",
    path,
  });
}
