import { SyscallError } from "./error.ts";
import { Fd } from "./fd.ts";
import { open_flags } from "./files.ts";
import { address, call } from "./libc.ts";

const af_unix = 1;
const types = { stream: 1, seqpacket: 5 } as const;
const sol_socket = 1;
const scm_rights = 1;
const msg = { ctrunc: 0x8, nosignal: 0x4000, cmsgCloexec: 0x40000000 } as const;
/** SCM_MAX_FD of the kernel. */
const fds_max = 253;
const cmsg_header_bytes = 16;

/** Two connected sockets, both close-on-exec; a seqpacket keeps the borders of messages. */
export function socketpair(type: keyof typeof types = "stream"): [Fd, Fd] {
  const pair = new Int32Array(2);
  call("socketpair", [af_unix, types[type] | open_flags.cloexec, 0, pair]);
  return own(pair, "socket");
}

/** A pipe, both ends close-on-exec: read from the first, write to the second. */
export function pipe2(): [Fd, Fd] {
  const pair = new Int32Array(2);
  call("pipe2", [pair, open_flags.cloexec]);
  return own(pair, "pipe");
}

function own(pair: Int32Array, name: string): [Fd, Fd] {
  return [new Fd(pair[0] as number, name), new Fd(pair[1] as number, name)];
}

export interface Message {
  /** Empty when the other side has closed. */
  bytes: Uint8Array;
  fds: Fd[];
}

/**
 * One recvmsg(2): bytes and the descriptors that came with them, each close-on-exec from the start and now ours.
 *
 * Throws SyscallError EMSGSIZE, and keeps none, when more than `count` descriptors came.
 */
export function receiveFds(socket: Fd, { bytes_max = 4096, count = 1 } = {}): Message {
  const bytes = new Uint8Array(bytes_max);
  const control = new Uint8Array(cmsg_header_bytes + 8 * Math.ceil(count / 2));
  const header = messageHeader(bytes, control);
  const got = call("recvmsg", [socket.number, header.view, msg.cmsgCloexec], socket.name);
  const fds = controlFds(control, Number(header.view.getBigUint64(40, true)));
  if (header.view.getUint32(48, true) & msg.ctrunc) {
    for (const fd of fds) fd.close();
    throw new SyscallError("recvmsg", 90, socket.name);
  }
  // `header` holds what its addresses point to until here, where the kernel is done with it.
  return { bytes: header.parts[0].subarray(0, got), fds };
}

/** One sendmsg(2) of bytes (at least one: a stream does not carry descriptors alone) and descriptors, which stay ours. */
export function sendFds(socket: Fd, bytes: Uint8Array, fds: readonly Fd[]): number {
  if (bytes.length === 0) throw new RangeError("descriptors need at least one byte to go with");
  if (fds.length > fds_max) throw new RangeError(`at most ${fds_max} descriptors a message`);
  const control = new Uint8Array(cmsg_header_bytes + 8 * Math.ceil(fds.length / 2));
  const view = new DataView(control.buffer);
  view.setBigUint64(0, BigInt(cmsg_header_bytes + 4 * fds.length), true);
  view.setInt32(8, sol_socket, true);
  view.setInt32(12, scm_rights, true);
  fds.forEach((fd, i) => {
    view.setInt32(cmsg_header_bytes + 4 * i, fd.number, true);
  });
  const header = messageHeader(bytes, fds.length > 0 ? control : null);
  const sent = call("sendmsg", [socket.number, header.view, msg.nosignal], socket.name);
  return Math.min(sent, header.parts[0].length);
}

/** struct user_msghdr of the kernel with one struct iovec behind it, and the memory both point to. */
function messageHeader(bytes: Uint8Array, control: Uint8Array | null) {
  const header_bytes = 56;
  const view = new DataView(new ArrayBuffer(header_bytes + 16));
  const set = (at: number, word: bigint | number) => view.setBigUint64(at, BigInt(word), true);
  set(16, address(view) + BigInt(header_bytes));
  set(24, 1);
  set(32, control ? address(control) : 0);
  set(40, control?.length ?? 0);
  set(header_bytes, address(bytes));
  set(header_bytes + 8, bytes.length);
  return { view, parts: [bytes, control] as const };
}

function controlFds(control: Uint8Array, length: number): Fd[] {
  const fds: Fd[] = [];
  const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
  for (let at = 0; at + cmsg_header_bytes <= length; ) {
    const size = Number(view.getBigUint64(at, true));
    if (size < cmsg_header_bytes) break;
    const rights =
      view.getInt32(at + 8, true) === sol_socket && view.getInt32(at + 12, true) === scm_rights;
    const end = Math.min(at + size, length);
    for (let fd = at + cmsg_header_bytes; rights && fd + 4 <= end; fd += 4) {
      fds.push(new Fd(view.getInt32(fd, true), "received"));
    }
    at += (size + 7) & ~7;
  }
  return fds;
}
