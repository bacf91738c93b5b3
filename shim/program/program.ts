/**
 * A program: the ordered system calls of a launch, as data. runtime/launch builds one, encode.ts turns it into bytes,
 * native/init.c runs it. Nothing in here touches the kernel.
 */
import type { SyscallName } from "./syscalls.ts";

/** A cell of init that keeps a result (a file descriptor, a pid) for a later step. */
export interface Slot {
  readonly slot: number;
}

/** A place in the data section, in bytes from its start. */
export interface Place {
  readonly at: number;
}

/** A step to jump to. `index` is set when the label is placed. */
export interface Label {
  readonly name: string;
  index: number;
}

export type Value = number | bigint | Slot | Place;

/** What a step is for: the words of its error message. */
export interface Purpose {
  /** The verb phrase of "cannot …": `open the mount target` plus the subject in backticks. */
  say: string;
  /** The code of the error when it fails, see runtime/error.ts. */
  code: string;
  path?: string;
  hint?: string;
}

/** What to do on an errno: go on, or go to a label. `any` stands for every errno not named. */
export type OnErrno = Partial<Record<string, "ignore" | Label>>;

export type Step =
  | {
      kind: "call";
      call: SyscallName;
      args: Value[];
      purpose: Purpose;
      save?: Slot;
      on?: OnErrno;
    }
  /** Goes to the label when the slot compares so with the value. */
  | { kind: "jump"; slot?: Slot; is?: "==" | "!="; value?: number; to: Label; purpose: Purpose }
  /** Writes a slot into the data section, `bytes` wide. */
  | { kind: "store"; slot: Slot; place: Place; bytes: 4 | 8; purpose: Purpose }
  /** Reads one unsigned byte or word of the data section into a slot. */
  | { kind: "load"; slot: Slot; place: Place; bytes: 1 | 4 | 8; purpose: Purpose }
  /** Fails with this errno, as a system call would. */
  | { kind: "fail"; errno: string; purpose: Purpose };

export interface Program {
  steps: Step[];
  data: Uint8Array;
  /** Offsets in data that hold a pointer to another offset, made absolute by init. */
  pointers: { at: number; to: number }[];
  /** Where init has its report socket: 4, unless the user's program is to have a file there. */
  report_fd?: number;
}
