import { ValueError } from "./error.ts";
import type { Memory } from "./memory.ts";

type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface NumbersClass {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
  new (buffer: ArrayBuffer, at: number, length: number): Numbers;
  new (buffer: ArrayBuffer): Numbers;
}

/** A typed array of the right class, or an array whose every element is checked. */
export function putNumbers(
  memory: Memory,
  given: unknown,
  to: number,
  type: NumbersClass,
  check: (value: unknown) => number | bigint,
): void {
  if (!(given instanceof type) && !Array.isArray(given)) {
    throw new ValueError(
      `${type.name.startsWith("I") ? "an" : "a"} ${type.name} or an array`,
      given,
    );
  }
  const values = given as Numbers;
  const { length } = values;
  const at = memory.alloc(type.BYTES_PER_ELEMENT, length * type.BYTES_PER_ELEMENT);
  const room = new type(memory.view.buffer as ArrayBuffer, at, length);
  if (Array.isArray(given)) {
    for (let index = 0; index < length; index++)
      room[index] = element(given, index, check) as never;
  } else room.set(values as never);
  memory.view.setUint32(to, at, true);
  memory.view.setUint32(to + 4, length, true);
}

function element(given: unknown[], index: number, check: (value: unknown) => number | bigint) {
  try {
    return check(given[index]);
  } catch (error) {
    throw error instanceof ValueError ? error.inside(`[${index}]`) : error;
  }
}

/** A copy: the memory is used again after the call. */
export function getNumbers(
  memory: Memory,
  at: number,
  length: number,
  type: NumbersClass,
): Numbers {
  const bytes = type.BYTES_PER_ELEMENT;
  memory.check(at, length, bytes, bytes);
  return new type((memory.view.buffer as ArrayBuffer).slice(at, at + length * bytes));
}
