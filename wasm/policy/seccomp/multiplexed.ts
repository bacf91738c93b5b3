// i386 has two ways into calls on sockets and System V IPC: by their own number, and through socketcall(2) and ipc(2).

import { SeccompCondition, SeccompOperator as Operator } from "../../generated/as/types";
import { COUNT, callOf } from "./calls";
import { Entry } from "./entry";
import { isOpen } from "./verdict";

/** linux/net.h, from 1; a call that i386 has by this way only is left out. */
const SOCKET: StaticArray<string> = [
  "socket",
  "bind",
  "connect",
  "listen",
  "accept",
  "getsockname",
  "getpeername",
  "socketpair",
  "",
  "",
  "sendto",
  "recvfrom",
  "shutdown",
  "setsockopt",
  "getsockopt",
  "sendmsg",
  "recvmsg",
  "accept4",
  "recvmmsg",
  "sendmmsg",
];

/** linux/ipc.h: a number of the call for each name. */
const IPC: StaticArray<string> = [
  "semop",
  "semget",
  "semctl",
  "semtimedop",
  "msgsnd",
  "msgrcv",
  "msgget",
  "msgctl",
  "shmat",
  "shmdt",
  "shmget",
  "shmctl",
];
const IPC_NUMBERS: StaticArray<u32> = [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24];

/** The upper half of the first argument of ipc(2) is a version. */
const IPC_MASK: u64 = 0xffff;

/**
 * A copy with rules on socketcall and ipc for the calls within. A filter cannot see the arguments of those, which are in
 * memory: a rule with conditions that refuses is taken to refuse all of them, and one that allows to allow none.
 */
export function addMultiplexed(entries: StaticArray<Entry[] | null>): StaticArray<Entry[] | null> {
  const copy = new StaticArray<Entry[] | null>(COUNT);
  for (let call: i32 = 0; call < COUNT; call++) copy[call] = entries[call];
  const sockets: Entry[] = [];
  for (let i: i32 = 0; i < SOCKET.length; i++)
    if (SOCKET[i].length) collect(entries[callOf(SOCKET[i])], <u32>(i + 1), sockets);
  append(copy, callOf("socketcall"), sockets);
  const ipc: Entry[] = [];
  for (let i: i32 = 0; i < IPC.length; i++) collect(entries[callOf(IPC[i])], IPC_NUMBERS[i], ipc);
  // semtimedop is another number on i386 with 64-bit time, and the same one in ipc(2).
  collect(entries[callOf("semtimedop_time64")], 4, ipc);
  append(copy, callOf("ipc"), ipc);
  return copy;
}

function collect(list: Entry[] | null, number: u32, found: Entry[]): void {
  if (!list) return;
  const which = [new SeccompCondition(0, IPC_MASK, number, Operator.MaskedEq)];
  for (let i: i32 = 0; i < list.length; i++) {
    const entry = list[i];
    if (!entry.conditions.length || !isOpen(entry.action))
      found.push(new Entry(entry.action, entry.errno, which, entry.rule));
  }
}

function append(entries: StaticArray<Entry[] | null>, call: i32, more: Entry[]): void {
  const own = entries[call];
  if (!more.length || (own && !own[0].conditions.length)) return;
  entries[call] = own ? own.concat(more) : more;
}
