import type { Label, OnErrno, Place, Program, Purpose, Slot, Step, Value } from "./program.ts";
import type { SyscallName } from "./syscalls.ts";

const encoder = new TextEncoder();

/** As many as native/init.c has. */
export const slots_max = 1024;

/** Collects steps and their data in order. Equal strings are kept once. */
export class Builder {
  readonly #steps: Step[] = [];
  readonly #chunks: Uint8Array[] = [];
  readonly #pointers: { at: number; to: number }[] = [];
  readonly #texts = new Map<string, Place>();
  #length = 0;
  #slots = 0;

  slot(): Slot {
    if (this.#slots >= slots_max) throw new RangeError(`a program has at most ${slots_max} slots`);
    return { slot: this.#slots++ };
  }

  /** The number that the next step will have. */
  get position(): number {
    return this.#steps.length;
  }

  label(name: string): Label {
    return { name, index: -1 };
  }

  /** The next step is where jumps to this label go. */
  place(label: Label): void {
    label.index = this.#steps.length;
  }

  /** Bytes, aligned to 8. */
  bytes(bytes: Uint8Array): Place {
    const at = this.#length;
    this.#chunks.push(bytes);
    const padding = -bytes.length & 7;
    if (padding) this.#chunks.push(new Uint8Array(padding));
    this.#length += bytes.length + padding;
    return { at };
  }

  space(size: number): Place {
    return this.bytes(new Uint8Array(size));
  }

  /** A NUL-terminated UTF-8 string. */
  text(text: string): Place {
    const known = this.#texts.get(text);
    if (known) return known;
    const place = this.bytes(encoder.encode(`${text}\0`));
    this.#texts.set(text, place);
    return place;
  }

  /** 64-bit words; a Place among them becomes a pointer. */
  words(words: readonly (number | bigint | Place)[]): Place {
    const values = new BigInt64Array(words.length);
    const place = this.bytes(new Uint8Array(values.buffer));
    words.forEach((word, i) => {
      if (typeof word === "object") this.#pointers.push({ at: place.at + 8 * i, to: word.at });
      else if (word !== 0) values[i] = BigInt(word);
    });
    return place;
  }

  /** argv or envp: pointers to strings and a null. */
  strings(list: readonly string[]): Place {
    return this.words([...list.map((text) => this.text(text)), 0]);
  }

  call(
    call: SyscallName,
    args: Value[],
    purpose: Purpose,
    more: { save?: Slot; on?: OnErrno } = {},
  ): void {
    this.#steps.push({ kind: "call", call, args, purpose, ...more });
  }

  jump(to: Label, purpose: Purpose): void {
    this.#steps.push({ kind: "jump", to, purpose });
  }

  jumpIf(slot: Slot, is: "==" | "!=", value: number, to: Label, purpose: Purpose): void {
    this.#steps.push({ kind: "jump", slot, is, value, to, purpose });
  }

  store(slot: Slot, place: Place, bytes: 4 | 8, purpose: Purpose): void {
    this.#steps.push({ kind: "store", slot, place, bytes, purpose });
  }

  load(slot: Slot, place: Place, bytes: 1 | 4 | 8, purpose: Purpose): void {
    this.#steps.push({ kind: "load", slot, place, bytes, purpose });
  }

  fail(errno: string, purpose: Purpose): void {
    this.#steps.push({ kind: "fail", errno, purpose });
  }

  finish(): Program {
    const data = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      data.set(chunk, at);
      at += chunk.length;
    }
    return { steps: this.#steps, data, pointers: this.#pointers };
  }
}
