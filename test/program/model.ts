/**
 * init and a little of Linux, as a model: what a program gives, without running it. Written from native/init.c and the
 * manual pages; test/program/fuzz.test.ts compares it with the real ones.
 */
import { errnoNumber } from "../../shim/errno.ts";
import type { Program, Step, Value } from "../../shim/program/program.ts";
import { output_fd } from "./machine.ts";

export interface Result {
  exited: number;
  failed?: { step: number; errno: number };
  output: number[];
}

/** What the model cannot know by itself. */
export interface World {
  pid: bigint;
  parent: bigint;
  euid: bigint;
  umask: bigint;
  cwd: string;
}

type Call = Extract<Step, { kind: "call" }>;

const o_cloexec = 0o2000000n;
const low = (word: bigint): bigint => BigInt.asUintN(32, word);

/** A value that is a place, for the calls of the model that take one. */
const placeOf = (value: Value | undefined): number =>
  typeof value === "object" && "at" in value ? value.at : -1;

/** One run of a program. */
class Machine {
  readonly data: Uint8Array;
  readonly output: number[] = [];
  readonly #slots = new Map<number, bigint>();
  /** Is it close-on-exec, by number of the descriptor. */
  readonly #fds = new Map<bigint, boolean>([
    [3n, false],
    [4n, false],
    [BigInt(output_fd), false],
  ]);
  readonly #world: World;
  #umask: bigint;

  constructor(program: Program, world: World) {
    this.data = program.data.slice();
    this.#world = world;
    this.#umask = world.umask;
  }

  /** A word of the arguments; places are addresses, which no call of the model takes for numbers. */
  word(value: Value | undefined): bigint {
    if (value === undefined) return 0n;
    if (typeof value !== "object") return BigInt.asIntN(64, BigInt(value));
    if ("slot" in value) return this.#slots.get(value.slot) ?? 0n;
    throw new RangeError("the model has no addresses");
  }

  save(slot: number, word: bigint): void {
    this.#slots.set(slot, BigInt.asIntN(64, word));
  }

  get view(): DataView {
    return new DataView(this.data.buffer);
  }

  load(at: number, bytes: number): bigint {
    if (bytes === 8) return this.view.getBigInt64(at, true);
    return BigInt(bytes === 4 ? this.view.getUint32(at, true) : this.view.getUint8(at));
  }

  store(at: number, bytes: number, word: bigint): void {
    if (bytes === 8) this.view.setBigInt64(at, word, true);
    else this.view.setUint32(at, Number(low(word)), true);
  }

  /** The result, or the name of an errno. */
  call({ call, args }: Call): bigint | string {
    switch (call) {
      case "getpid":
        return this.#world.pid;
      case "getppid":
        return this.#world.parent;
      case "geteuid":
        return this.#world.euid;
      case "umask": {
        const before = this.#umask;
        this.#umask = this.word(args[0]) & 0o777n;
        return before;
      }
      case "close":
        return this.#fds.delete(low(this.word(args[0]))) ? 0n : "EBADF";
      case "dup3":
        return this.#dup(low(this.word(args[0])), low(this.word(args[1])), this.word(args[2]));
      case "fcntl":
        return this.#fcntl(low(this.word(args[0])), this.word(args[1]), this.word(args[2]));
      case "getcwd":
        return this.#getcwd(placeOf(args[0]), this.word(args[1]));
      case "write": {
        const at = placeOf(args[1]);
        this.output.push(...this.data.slice(at, at + Number(this.word(args[2]))));
        return this.word(args[2]);
      }
      default:
        throw new RangeError(`the model has no ${call}`);
    }
  }

  /** dup3(2). The kernel looks at the flags first, then at the numbers being one. */
  #dup(from: bigint, to: bigint, flags: bigint): bigint | string {
    if (flags !== 0n && flags !== o_cloexec) return "EINVAL";
    if (from === to) return "EINVAL";
    if (!this.#fds.has(from)) return "EBADF";
    this.#fds.set(to, flags !== 0n);
    return to;
  }

  /** fcntl(2): F_DUPFD 0, F_GETFD 1, F_SETFD 2. */
  #fcntl(fd: bigint, command: bigint, arg: bigint): bigint | string {
    const isCloexec = this.#fds.get(fd);
    if (isCloexec === undefined) return "EBADF";
    if (command === 1n) return isCloexec ? 1n : 0n;
    if (command === 2n) {
      this.#fds.set(fd, (arg & 1n) === 1n);
      return 0n;
    }
    let free = arg;
    while (this.#fds.has(free)) free++;
    this.#fds.set(free, false);
    return free;
  }

  /** getcwd(2): the length with the NUL. */
  #getcwd(at: number, size: bigint): bigint | string {
    const bytes = new TextEncoder().encode(`${this.#world.cwd}\0`);
    if (size < bytes.length) return "ERANGE";
    this.data.set(bytes, at);
    return BigInt(bytes.length);
  }
}

/** What init makes of a program. */
export function predict({ steps, ...program }: Program, world: World): Result {
  const machine = new Machine({ steps, ...program }, world);
  for (let at = 0; at < steps.length; ) {
    const next = perform(machine, steps[at] as Step, at);
    if (typeof next === "string") {
      const failed = { step: at, errno: errnoNumber(next) };
      return { exited: 125, failed, output: machine.output };
    }
    at = next;
  }
  return { exited: 0, output: machine.output };
}

/** The number of the next step, or the errno of a failure. */
function perform(machine: Machine, step: Step, at: number): number | string {
  switch (step.kind) {
    case "fail":
      return step.errno;
    case "jump": {
      const equal = machine.word(step.slot) === BigInt(step.value ?? 0);
      return step.is === undefined || (step.is === "==") === equal ? step.to.index : at + 1;
    }
    case "load":
      machine.save(step.slot.slot, machine.load(step.place.at, step.bytes));
      return at + 1;
    case "store":
      machine.store(step.place.at, step.bytes, machine.word(step.slot));
      return at + 1;
    case "call": {
      const result = machine.call(step);
      if (typeof result === "string") {
        const way = step.on?.[result] ?? step.on?.any;
        return way === undefined ? result : way === "ignore" ? at + 1 : way.index;
      }
      if (step.save) machine.save(step.save.slot, result);
      return at + 1;
    }
  }
}
