import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openDirectory } from "../../shim/files.ts";
import { type RootView, rootView } from "../../shim/root-view.ts";

/** A file by content and mode, a directory by mode alone, a symbolic link. */
export type Entry =
  | { text: string | Uint8Array; mode?: number }
  | { mode: number }
  | { to: string };

/** Makes a root file system of these files in a temporary directory for as long as `look` takes. */
export function withRoot<T>(
  files: Readonly<Record<string, Entry>>,
  look: (view: RootView, dir: string) => T,
): T {
  const dir = makeRoot(files);
  try {
    using root = openDirectory(dir);
    return look(rootView(root), dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The same for what takes longer. */
export async function withRootAsync(
  files: Readonly<Record<string, Entry>>,
  look: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = makeRoot(files);
  try {
    await look(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function makeRoot(files: Readonly<Record<string, Entry>>): string {
  const dir = mkdtempSync(join(tmpdir(), "wrun-test-root-"));
  chmodSync(dir, 0o755);
  for (const [path, entry] of Object.entries(files)) make(join(dir, path), entry);
  return dir;
}

function make(path: string, entry: Entry): void {
  mkdirSync(dirname(path), { recursive: true });
  if ("to" in entry) symlinkSync(entry.to, path);
  else if ("text" in entry) writeFileSync(path, entry.text);
  else mkdirSync(path, { recursive: true });
  if (!("to" in entry)) chmodSync(path, entry.mode ?? 0o755);
}

export interface ElfOptions {
  machine: number;
  bits?: 32 | 64;
  big?: boolean;
  /** e_type; 2 is an executable. */
  type?: number;
  loader?: string;
}

/** An ELF file of headers alone: as much as the kernel looks at before it looks for the loader. */
export function elf({ machine, bits = 64, big = false, type = 2, loader }: ElfOptions): Uint8Array {
  const wide = bits === 64;
  const [header, entry] = wide ? [64, 56] : [52, 32];
  const path = Buffer.from(loader === undefined ? "" : `${loader}\0`);
  const bytes = new Uint8Array(header + entry + path.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, big ? 2 : 1, 1]);
  const half = (at: number, value: number) => view.setUint16(at, value, !big);
  const word = (at: number, value: number) =>
    wide ? view.setBigUint64(at, BigInt(value), !big) : view.setUint32(at, value, !big);
  half(16, type);
  half(18, machine);
  word(wide ? 32 : 28, header);
  half(wide ? 54 : 42, entry);
  half(wide ? 56 : 44, 1);
  view.setUint32(header, loader === undefined ? 1 : 3, !big);
  word(header + (wide ? 8 : 4), header + entry);
  word(header + (wide ? 32 : 16), path.length);
  bytes.set(path, header + entry);
  return bytes;
}
