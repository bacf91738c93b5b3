import { Fd } from "./fd.ts";
import { cwd } from "./files.ts";
import { call, cString } from "./libc.ts";

/** FSPICK_CLOEXEC, FSCONFIG_SET_FLAG and FSCONFIG_CMD_RECONFIGURE of linux/mount.h. */
const fspick_cloexec = 1;
const set_flag = 0;
const reconfigure = 7;

/**
 * Gives the file system that is mounted at `point` these flags, such as `nsdelegate`, and takes all others of its own
 * away (fspick(2)). The mount keeps its attributes. Throws SyscallError.
 */
export function setFlags(point: string, flags: readonly string[]): void {
  using context = new Fd(call("fspick", [cwd, cString(point), fspick_cloexec], point), point);
  for (const flag of flags)
    call("fsconfig", [context.number, set_flag, cString(flag), null, 0], point);
  call("fsconfig", [context.number, reconfigure, null, null, 0], point);
}
