import { foreign } from "./table-machines.ts";

/** What the first bytes of a file say that the kernel would do with it. */
export type Header =
  | { kind: "empty" }
  | Script
  | Elf
  | { kind: "foreign"; what: string }
  | { kind: "text" }
  | { kind: "data" };

/** `#!` and the interpreter's path as the kernel reads it. */
export interface Script {
  kind: "script";
  interpreter: string;
  /** Does the line end in CR LF. */
  crlf: boolean;
  /** Is the path longer than the kernel looks. */
  cut: boolean;
}

export interface Elf {
  kind: "elf";
  bits: 32 | 64;
  little: boolean;
  /** e_type. */
  type: number;
  /** e_machine. */
  machine: number;
  headers: Headers;
}

/** The program headers of an ELF file: offset, size of one, count. */
export interface Headers {
  at: number;
  size: number;
  count: number;
}

/** As much as the kernel looks at: BINPRM_BUF_SIZE. */
export const header_bytes = 256;

/** Says what a file is by its first `header_bytes`, as fs/binfmt_script.c and fs/binfmt_elf.c of the kernel would. */
export function readHeader(bytes: Uint8Array): Header {
  if (bytes.length === 0) return { kind: "empty" };
  if (begins(bytes, [0x23, 0x21])) return script(bytes);
  if (begins(bytes, [0x7f, 0x45, 0x4c, 0x46])) return elf(bytes);
  const known = foreign.find(({ magic }) => begins(bytes, magic));
  if (known) return { kind: "foreign", what: known.what };
  return { kind: bytes.includes(0) ? "data" : "text" };
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * The path ends at the first blank. The carriage return of a line written on Windows is not one, so that the kernel
 * looks for a file of that name.
 */
function script(bytes: Uint8Array): Script {
  const text = Buffer.from(bytes.subarray(2, header_bytes)).toString("utf8");
  const line = text.split("\n", 1)[0] ?? "";
  const [whole = "", interpreter = ""] = /^[ \t]*([^ \t\0]*)/.exec(line) ?? [];
  const cut = bytes.length >= header_bytes && whole.length === text.length;
  return { kind: "script", interpreter, crlf: line.endsWith("\r"), cut };
}

/** include/uapi/linux/elf.h: a header of 52 bytes for 32 bits, of 64 for 64. */
function elf(bytes: Uint8Array): Elf | { kind: "data" } {
  const bits = bytes[4] === 1 ? 32 : 64;
  if (bytes.length < (bits === 32 ? 52 : 64)) return { kind: "data" };
  const little = bytes[5] !== 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const half = (at: number) => view.getUint16(at, little);
  const headers =
    bits === 32
      ? { at: view.getUint32(28, little), size: half(42), count: half(44) }
      : { at: Number(view.getBigUint64(32, little)), size: half(54), count: half(56) };
  return { kind: "elf", bits, little, type: half(16), machine: half(18), headers };
}
