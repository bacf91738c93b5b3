/** bpf(2), as far as a filter of device access takes it: include/uapi/linux/bpf.h. */
import { SyscallError } from "./error.ts";
import { Fd } from "./fd.ts";
import { open_flags, openat2, resolve_own } from "./files.ts";
import { type Argument, address, call, cString, tryCall } from "./libc.ts";

const [prog_load, prog_attach] = [5, 8];
/** BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE. */
const [type_cgroup_device, attach_cgroup_device] = [15, 6];
const instruction_bytes = 8;
const log_bytes = 1 << 16;
const again = 11;
const tries_max = 16;

/**
 * Loads a program that decides on each access to a device, instructions one after the other; close-on-exec.
 *
 * Takes CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN, in the initial user namespace. Throws SyscallError, and where the
 * verifier refuses the program its `cause` is the verifier's log.
 */
export function loadDeviceProgram(program: Uint8Array): Fd {
  const name = "device program";
  const result = tryLoad(program);
  if (result >= 0) return new Fd(result, name);
  const log = Buffer.alloc(log_bytes);
  // Asked for only now: with a log the kernel answers ENOSPC where the log is longer than its buffer.
  const second = tryLoad(program, log);
  if (second >= 0) return new Fd(second, name);
  const error = new SyscallError("bpf", -result, name);
  const text = log.toString("latin1", 0, log.indexOf(0)).trim();
  if (text !== "") error.cause = new Error(text);
  throw error;
}

function tryLoad(program: Uint8Array, log?: Buffer): number {
  // Only helpers ask for the licence, and a filter calls none.
  const license = cString("Apache-2.0");
  const attributes = Buffer.alloc(72);
  attributes.writeUInt32LE(type_cgroup_device, 0);
  attributes.writeUInt32LE(program.byteLength / instruction_bytes, 4);
  attributes.writeBigUInt64LE(address(program), 8);
  attributes.writeBigUInt64LE(address(license), 16);
  if (log) {
    attributes.writeUInt32LE(1, 24);
    attributes.writeUInt32LE(log.byteLength, 28);
    attributes.writeBigUInt64LE(address(log), 32);
  }
  // prog_name, what `bpftool prog` shows: 15 bytes at most.
  attributes.write("wrun_devices", 48, "latin1");
  for (let left = tries_max; ; left--) {
    const args: Argument[] = [prog_load, attributes, attributes.byteLength];
    const result = tryCall("bpf", ...args);
    // The verifier gives up, EAGAIN, when a signal comes.
    if (result !== -again || left === 0) return result;
  }
}

/**
 * Attaches a program to a cgroup of v2, where it stays when its descriptor is closed, until the cgroup is removed.
 *
 * Programs that are there already, and those of ancestors, stay too: an access must please all of them
 * (BPF_F_ALLOW_MULTI), so that this can only take rights away. Throws SyscallError.
 */
export function attachDeviceProgram(cgroup: Fd, program: Fd): void {
  const allow_multi = 2;
  using directory = openat2(cgroup, ".", open_flags.read | open_flags.directory, {
    resolve: resolve_own,
  });
  const attributes = new Uint32Array([
    directory.number,
    program.number,
    attach_cgroup_device,
    allow_multi,
  ]);
  call("bpf", [prog_attach, attributes, attributes.byteLength], cgroup.name);
}
