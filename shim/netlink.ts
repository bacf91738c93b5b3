/** rtnetlink(7), as far as moving a network device takes it: messages as bytes, one request at a time. */
import { SyscallError } from "./error.ts";
import { Fd } from "./fd.ts";
import { open_flags, read, write } from "./files.ts";
import { call } from "./libc.ts";

const [af_netlink, sock_raw, netlink_route] = [16, 3, 0];
const header_bytes = 16;
const [nlmsg_error, nlmsg_done] = [2, 3];
export const nlm_f = { request: 1, ack: 4, dump: 0x300, create: 0x400, excl: 0x200 } as const;
export const rtm = { newlink: 16, getlink: 18, newaddr: 20, getaddr: 22 } as const;
export const ifla = { ifname: 3, netNsPid: 19 } as const;

/** One attribute: struct rtattr and its payload, padded to four bytes. */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * Math.ceil(payload.length / 4));
  bytes.writeUInt16LE(4 + payload.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

/** struct nlmsghdr with what follows it. */
export function message(type: number, flags: number, ...parts: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const bytes = Buffer.alloc(header_bytes + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(1, 8);
  bytes.set(body, header_bytes);
  return bytes;
}

/** struct ifinfomsg. */
export function linkInfo(index: number, flags = 0, change = 0): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeUInt32LE(change, 12);
  return bytes;
}

/** A socket of this process's network namespace, close-on-exec. */
export function netlinkSocket(): Fd {
  return new Fd(
    call("socket", [af_netlink, sock_raw | open_flags.cloexec, netlink_route]),
    "netlink",
  );
}

/**
 * Sends a request and gives the bodies of the answers, none for one that is only acknowledged. Throws SyscallError with the
 * errno of the kernel's answer.
 */
export function ask(socket: Fd, request: Uint8Array, about: string): Uint8Array[] {
  write(socket, request);
  const answers: Uint8Array[] = [];
  const buffer = Buffer.alloc(1 << 16);
  for (;;) {
    const length = read(socket, buffer);
    for (let at = 0; at + header_bytes <= length; ) {
      const size = buffer.readUInt32LE(at);
      const type = buffer.readUInt16LE(at + 4);
      if (type === nlmsg_done) return answers;
      if (type === nlmsg_error) {
        const error = buffer.readInt32LE(at + header_bytes);
        if (error !== 0) throw new SyscallError("netlink", -error, about);
        return answers;
      }
      answers.push(Uint8Array.from(buffer.subarray(at + header_bytes, at + size)));
      at += 4 * Math.ceil(Math.max(size, header_bytes) / 4);
    }
  }
}
