import type { RootView } from "../../shim/root-view.ts";
import type { Elf } from "./header.ts";

const pt_interp = 3;
/** The kernel takes one page of them (fs/binfmt_elf.c), and PATH_MAX for the loader's path. */
const headers_bytes_max = 4096;
const path_bytes_max = 4096;

/** The path of the loader that an ELF program asks for (PT_INTERP), "" for a static one, null for a damaged file. */
export function loaderOf(view: RootView, path: string, elf: Elf): string | null {
  const { at, size, count } = elf.headers;
  const length = size * count;
  if (!Number.isSafeInteger(at) || length > headers_bytes_max) return null;
  const bytes = view.head(path, length, at);
  if (typeof bytes === "string" || bytes.length < length) return null;
  for (let i = 0; i < count; i++) {
    const header = new DataView(bytes.buffer, bytes.byteOffset + i * size, size);
    const found = interp(header, elf);
    if (found) return readPath(view, path, found);
  }
  return "";
}

interface Place {
  at: number;
  bytes: number;
}

/** Elf32_Phdr and Elf64_Phdr: p_type, then p_offset and p_filesz at places of their own; null when it is of another type. */
function interp(header: DataView, { bits, little }: Elf): Place | null {
  if (header.byteLength < (bits === 32 ? 32 : 56)) return null;
  if (header.getUint32(0, little) !== pt_interp) return null;
  if (bits === 32) return { at: header.getUint32(4, little), bytes: header.getUint32(16, little) };
  const word = (at: number) => Number(header.getBigUint64(at, little));
  return { at: word(8), bytes: word(32) };
}

function readPath(view: RootView, path: string, { at, bytes }: Place): string | null {
  if (!Number.isSafeInteger(at) || bytes < 2 || bytes > path_bytes_max) return null;
  const text = view.head(path, bytes, at);
  if (typeof text === "string" || text.length < bytes || text.at(-1) !== 0) return null;
  return Buffer.from(text.subarray(0, text.indexOf(0))).toString("utf8");
}
