/** Network devices that go into the container: config-linux.md#network-devices. */
import { errnoName } from "../../shim/errno.ts";
import { isErrno, type SyscallError } from "../../shim/error.ts";
import type { Facts } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { startInit } from "../../shim/init.ts";
import {
  ask,
  attribute,
  ifla,
  linkInfo,
  message,
  netlinkSocket,
  nlm_f,
  rtm,
} from "../../shim/netlink.ts";
import { Builder } from "../../shim/program/builder.ts";
import { decodeReport, encode, report_bytes, report_fd_usual } from "../../shim/program/encode.ts";
import type { Purpose } from "../../shim/program/program.ts";
import { WrunError } from "../error.ts";
import {
  AF_INET,
  AF_NETLINK,
  AT_FDCWD,
  IFF_UP,
  O_CLOEXEC,
  SIOCGIFINDEX,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_RAW,
} from "../launch/table-kernel.ts";
import type { Linux } from "../spec/types.ts";
import { Child } from "./child.ts";

type Devices = NonNullable<Linux["netDevices"]>;

interface Moved {
  /** As it is called in the container. */
  name: string;
  /** Bodies of RTM_NEWADDR messages: struct ifaddrmsg and attributes. */
  addresses: Uint8Array[];
}

/**
 * Moves them into the network namespace of a process, with the permanent global addresses that they have, and switches them on.
 * When the namespace ends, the kernel gives physical devices back to the host, by the names that they had in it.
 *
 * Rejects with WrunError ERR_NAMESPACE; what was moved by then goes with the namespace.
 */
export async function moveNetDevices(devices: Devices, pid: number, facts: Facts): Promise<void> {
  using socket = netlinkSocket();
  const moved = Object.entries(devices).map(([host, { name = host }]): Moved => {
    try {
      const index = indexOf(socket, host);
      const addresses = ask(socket, dump(), host).filter((body) => isKept(body, index));
      const target = Buffer.alloc(4);
      target.writeUInt32LE(pid);
      const parts = [attribute(ifla.ifname, text(name)), attribute(ifla.netNsPid, target)];
      const flags = nlm_f.request | nlm_f.ack;
      ask(socket, message(rtm.newlink, flags, linkInfo(index), ...parts), host);
      return { name, addresses: addresses.map(withoutLabel) };
    } catch (error) {
      if (isErrno(error)) throw cannotMove(host, name, error);
      throw error;
    }
  });
  await configure(moved, pid, facts);
}

const text = (name: string): Uint8Array => Buffer.from(`${name}\0`);

/** By netlink: /sys/class/net has the devices of whoever mounted it. */
function indexOf(socket: Fd, name: string): number {
  const request = message(
    rtm.getlink,
    nlm_f.request | nlm_f.ack,
    linkInfo(0),
    attribute(ifla.ifname, text(name)),
  );
  try {
    const [body = new Uint8Array(16)] = ask(socket, request, name);
    return new DataView(body.buffer, body.byteOffset, body.length).getInt32(4, true);
  } catch (error) {
    if (!isErrno(error, "ENODEV")) throw error;
    throw new WrunError({
      code: "ERR_NAMESPACE",
      message: `there is no network device \`${name}\``,
      pointer: `/linux/netDevices/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      cause: error,
    });
  }
}

/** struct ifaddrmsg: family, prefix length, flags, scope, index. All families. */
const address_bytes = 8;
const dump = (): Uint8Array =>
  message(rtm.getaddr, nlm_f.request | nlm_f.dump, new Uint8Array(address_bytes));

const [ifa_f_permanent, scope_universe, ifa_label, ifa_cacheinfo, ifa_flags] = [0x80, 0, 3, 6, 8];

/** Those of a lease are the business of whoever has it. */
function isKept(body: Uint8Array, index: number): boolean {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const [, , flags = 0, scope] = body;
  const isPermanent = (flags & ifa_f_permanent) !== 0;
  return isPermanent && scope === scope_universe && view.getUint32(4, true) === index;
}

/** The label is the old name, and what the kernel counts is its own. */
function withoutLabel(body: Uint8Array): Uint8Array {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const parts = [body.slice(0, address_bytes)];
  for (let at = address_bytes; at + 4 <= body.length; ) {
    const length = view.getUint16(at, true);
    const next = at + 4 * Math.ceil(Math.max(length, 4) / 4);
    const isLeft = [ifa_label, ifa_cacheinfo, ifa_flags].includes(view.getUint16(at + 2, true));
    if (!isLeft) parts.push(body.slice(at, next));
    at = next;
  }
  return Buffer.concat(parts);
}

/** In the container's network namespace, which a thread of Node cannot enter alone: by a small program of init. */
async function configure(moved: readonly Moved[], pid: number, facts: Facts): Promise<void> {
  const program = { ...configuration(moved, pid), report_fd: report_fd_usual };
  using init = startInit(encode(program, facts.arch), []);
  const child = new Child(init.pid);
  try {
    const bytes = await init.channel.read(report_bytes, AbortSignal.timeout(timeout_ms));
    const report = bytes && decodeReport(bytes);
    if (report?.kind !== "failed") return;
    const { purpose } = program.steps[report.step] ?? {};
    const errno = errnoName(report.errno);
    throw new WrunError({
      code: "ERR_NAMESPACE",
      message: `cannot ${purpose?.say}: ${errno}`,
      pointer: "/linux/netDevices",
      errno,
    });
  } finally {
    await child.end();
  }
}

const timeout_ms = 10_000;
const newnet = 0x40000000;
const header_bytes = 16;

function configuration(moved: readonly Moved[], pid: number) {
  const program = new Builder();
  const [namespace, netlink, plain] = [program.slot(), program.slot(), program.slot()];
  const enter: Purpose = { say: "enter the container's network namespace", code: "ERR_NAMESPACE" };
  const path = program.text(`/proc/${pid}/ns/net`);
  program.call("openat", [AT_FDCWD, path, O_CLOEXEC, 0], enter, { save: namespace });
  program.call("setns", [namespace, newnet], enter);
  program.call("socket", [AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0], enter, { save: netlink });
  program.call("socket", [AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0], enter, { save: plain });
  const answer = program.space(4096);
  for (const { name, addresses } of moved) {
    const purpose: Purpose = {
      say: `configure the network device \`${name}\` in the container`,
      code: "ERR_NAMESPACE",
    };
    const request = Buffer.alloc(40); // struct ifreq
    request.write(name);
    const named = program.bytes(request);
    const index = program.slot();
    program.call("ioctl", [plain, SIOCGIFINDEX, named], purpose);
    program.load(index, { at: named.at + 16 }, 4, purpose);
    const flags = nlm_f.request | nlm_f.ack;
    const link = message(rtm.newlink, flags, linkInfo(0, IFF_UP, IFF_UP));
    const messages = [
      ...addresses.map((body) => message(rtm.newaddr, flags | nlm_f.create | nlm_f.excl, body)),
      link,
    ];
    for (const bytes of messages) {
      const sent = program.bytes(bytes);
      const [error, ok] = [program.slot(), program.label("ok")];
      program.store(index, { at: sent.at + header_bytes + 4 }, 4, purpose);
      program.call("write", [netlink, sent, bytes.length], purpose);
      program.call("read", [netlink, answer, 4096], purpose);
      program.load(error, { at: answer.at + header_bytes }, 4, purpose);
      program.jumpIf(error, "==", 0, ok, purpose);
      program.fail("EIO", purpose);
      program.place(ok);
    }
  }
  return program.finish();
}

function cannotMove(host: string, name: string, error: SyscallError): WrunError {
  return new WrunError({
    code: "ERR_NAMESPACE",
    message: `cannot move the network device \`${host}\` into the container as \`${name}\`: ${error.errno}`,
    hint: "it takes CAP_NET_ADMIN; some devices belong to their namespace (EINVAL), and a name can be taken (EEXIST)",
    pointer: `/linux/netDevices/${host}`,
    errno: error.errno,
    syscall: error.syscall,
    cause: error,
  });
}
