import { compress } from "./lz.ts";

/** Sections of a core module, by their ids (WebAssembly core specification, 5.5.2). */
const section = { custom: 0, memory: 5, data: 11, dataCount: 12 } as const;
const header_bytes = 8;
const page_bytes = 65536;
const i32_const = 0x41;
const end = 0x0b;

interface Section {
  id: number;
  body: Uint8Array;
}

/**
 * A core module with its data compressed, to be expanded by runtime/cabi.ts before anything else runs.
 *
 * AssemblyScript's strings are UTF-16, each with a header of twenty bytes and a segment of its own: of the policy engine's
 * 89 KB of data 29 are left. They lie where the heap begins later, so they cost no memory.
 */
export function pack(module: Uint8Array): Uint8Array {
  const sections = readSections(module);
  const data = sections.find(({ id }) => id === section.data);
  if (!data) return module;
  const segments = readSegments(data.body);
  const last = Math.max(...segments.map(({ at, bytes }) => at + bytes.length));
  const image = new Uint8Array(last - data_base);
  for (const { at, bytes } of segments) image.set(bytes, at - data_base);
  const packed = compress(image);
  const from = last + room_bytes;
  const pages = Math.ceil((from + packed.length) / page_bytes);
  const places = new Uint8Array(Uint32Array.of(from, last).buffer);
  return join(
    module.subarray(0, header_bytes),
    ...sections.flatMap(({ id, body }) => {
      if (id === section.data) {
        return write(id, join(Uint8Array.of(2), segment(places_at, places), segment(from, packed)));
      }
      if (id === section.dataCount) return write(id, Uint8Array.of(2));
      return write(id, id === section.memory ? withPages(body, pages) : body);
    }),
  );
}

/** Of a module or a component without its custom sections: names and producers, which run nothing. */
export function strip(binary: Uint8Array): Uint8Array {
  const kept = readSections(binary).filter(({ id }) => id !== section.custom);
  return join(binary.subarray(0, header_bytes), ...kept.map(({ id, body }) => write(id, body)));
}

/** Where asc puts the first byte of static data: its option `memoryBase`, or this. */
const data_base = 1024;

/** PACKED of runtime/cabi.ts. */
const places_at = data_base - 8;
/** Zeros that end the data are in no segment. */
const room_bytes = 64;

function segment(at: number, bytes: Uint8Array): Uint8Array {
  return join(
    Uint8Array.from([0, i32_const, ...signed(at), end, ...unsigned(bytes.length)]),
    bytes,
  );
}

function readSections(binary: Uint8Array): Section[] {
  const reader = new Reader(binary, header_bytes);
  const sections: Section[] = [];
  while (!reader.done) sections.push({ id: reader.byte(), body: reader.bytes() });
  return sections;
}

function readSegments(body: Uint8Array): { at: number; bytes: Uint8Array }[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    if (reader.unsigned() !== 0 || reader.byte() !== i32_const)
      throw new Error("wasm: a data segment that is not at a constant place cannot be packed");
    const at = reader.signed();
    reader.byte();
    return { at, bytes: reader.bytes() };
  });
}

/** limits: a flag for a maximum, the initial pages, the maximum. */
function withPages(body: Uint8Array, pages: number): Uint8Array {
  const reader = new Reader(body);
  const [count, flags] = [reader.unsigned(), reader.byte()];
  reader.unsigned();
  return join(Uint8Array.from([count, flags, ...unsigned(pages)]), reader.rest());
}

function write(id: number, body: Uint8Array): Uint8Array {
  return join(Uint8Array.from([id, ...unsigned(body.length)]), body);
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}

class Reader {
  readonly #binary: Uint8Array;
  #at: number;

  constructor(binary: Uint8Array, at = 0) {
    this.#binary = binary;
    this.#at = at;
  }

  get done(): boolean {
    return this.#at >= this.#binary.length;
  }

  byte(): number {
    return this.#binary[this.#at++] ?? 0;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }

  signed(): number {
    const start = this.#at;
    const value = this.unsigned();
    const bits = 7 * (this.#at - start);
    return bits < 32 ? (value << (32 - bits)) >> (32 - bits) : value | 0;
  }

  bytes(): Uint8Array {
    const length = this.unsigned();
    this.#at += length;
    return this.#binary.subarray(this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    return this.#binary.subarray(this.#at);
  }
}
