/** Protocol Buffers on the wire, as far as CRIU's messages go: whole numbers, and what has a length. */

/** A field by its number; a message within is a list of fields. */
export type Field = readonly [number: number, value: number | boolean | string | readonly Field[]];

/** All values of a field, by its number, in their order. */
export type Message = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

const wire = { varint: 0, eightBytes: 1, bytes: 2, fourBytes: 5 } as const;

/** Throws RangeError for a number that is negative or no integer: no field that wrun sets has one. */
export function encodeMessage(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.flatMap(([number, value]) => encodeField(number, value)));
}

function encodeField(number: number, value: Field[1]): Uint8Array[] {
  if (typeof value === "number" || typeof value === "boolean") {
    return [varint(number * 8 + wire.varint), varint(Number(value))];
  }
  const bytes = typeof value === "string" ? Buffer.from(value) : encodeMessage(value);
  return [varint(number * 8 + wire.bytes), varint(bytes.length), bytes];
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`\`${value}\` is no varint`);
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Uint8Array.from([...bytes, left]);
}

/** Throws RangeError for what is no message. */
export function decodeMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  const reader = new Reader(bytes);
  while (!reader.atEnd) {
    const key = Number(reader.varint());
    const value = reader.value(key % 8);
    const number = Math.floor(key / 8);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(type: number): bigint | Uint8Array {
    if (type === wire.varint) return this.varint();
    if (type === wire.bytes) return this.#take(Number(this.varint()));
    if (type === wire.eightBytes) return this.#take(8);
    if (type === wire.fourBytes) return this.#take(4);
    throw new RangeError(`a field of the wire type ${type}`);
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte = 0] = this.#take(1);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError("a varint of more than ten bytes");
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("a message that ends within a field");
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
