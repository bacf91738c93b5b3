/**
 * The one door to the kernel: koffi, `syscall(2)` and posix_spawn(3). Nothing is loaded before the first call.
 *
 * koffi's package entry takes 10 ms to load, its native part alone 2 ms: so that part is looked for first.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LibraryHandle } from "koffi";
import { SyscallError } from "./error.ts";
import { type Arch, type SyscallName, syscallNumber } from "./program/syscalls.ts";

/** What koffi puts into a register: a number, a pointer to these bytes (which stay put and alive during the call), or null. */
export type Argument = number | bigint | ArrayBufferView | null;

interface Native {
  version: string;
  load(path: string | null): LibraryHandle;
  errno(): number;
  address(view: ArrayBufferView): bigint;
}

interface Libc {
  arch: Arch;
  syscall(number: number, ...args: Argument[]): number;
  errno(): number;
  address(view: ArrayBufferView): bigint;
  library: LibraryHandle;
}

/** Throws RangeError on an architecture wrun is not made for. */
export function hostArch(): Arch {
  if (process.arch === "x64" || process.arch === "arm64") return process.arch;
  throw new RangeError(`wrun runs on x64 and arm64, not on \`${process.arch}\``);
}

let loaded: Libc | undefined;

function load(): Libc {
  const native = loadNative();
  const library = native.load(null);
  const word = "void *";
  // `void *` is the one koffi type that takes numbers, negative ones too, and buffers. syscall(2) is variadic in C, but
  // takes its arguments in registers on both architectures, as a function of seven longs does.
  const syscall = library.func("syscall", "long", ["long", word, word, word, word, word, word]);
  loaded = { arch: hostArch(), syscall, errno: native.errno, address: native.address, library };
  return loaded;
}

function loadNative(): Native {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const native = dlopen(join(dir, "node_modules", "@koromix", `koffi-linux-${process.arch}`));
    if (native) return native;
    if (dir === dirname(dir)) break;
  }
  // pnpm and bundlers that keep their own tree put it out of sight: then the package finds its own parts.
  const native: Native = createRequire(import.meta.url)("koffi");
  return native;
}

function dlopen(dir: string): Native | undefined {
  const arch = process.arch;
  const glibc = join(dir, `linux_${arch}`, "koffi.node");
  if (!existsSync(glibc)) return undefined;
  const module: { exports: Partial<Native> } = { exports: {} };
  try {
    process.dlopen(module, isMusl() ? join(dir, `musl_${arch}`, "koffi.node") : glibc);
  } catch {
    return undefined;
  }
  const { exports } = module;
  // The interface used here is that of koffi 3; a hoisted older one is left to the package entry.
  return exports.version?.startsWith("3.") ? (exports as Native) : undefined;
}

/** The loader named in node's own ELF header says which libc this process runs on, whatever else is installed. */
function isMusl(): boolean {
  const head = Buffer.alloc(4096);
  const fd = openSync("/proc/self/exe", "r");
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return head.includes("/ld-musl-");
}

/** Bytes for the kernel: UTF-8 with a NUL. Throws RangeError when the text has a NUL itself, which would cut it short. */
export function cString(text: string): Uint8Array {
  if (text.includes("\0"))
    throw new RangeError(`a NUL byte in \`${text.replaceAll("\0", "\\0")}\``);
  return Buffer.from(`${text}\0`);
}

const interrupted = 4;

/** Makes a system call and answers with its result, -errno when it failed. */
export function tryCall(
  name: SyscallName,
  a: Argument = 0,
  b: Argument = 0,
  c: Argument = 0,
  d: Argument = 0,
  e: Argument = 0,
  f: Argument = 0,
): number {
  const { arch, syscall, errno } = loaded ?? load();
  const result = syscall(syscallNumber(arch, name), a, b, c, d, e, f);
  return result === -1 ? -errno() : result;
}

/** Makes a system call, again after EINTR; throws SyscallError, with `path` as its subject. */
export function call(name: SyscallName, args: Argument[], path?: string): number {
  for (;;) {
    const result = tryCall(name, ...args);
    if (result >= 0) return result;
    if (result !== -interrupted) throw new SyscallError(name, -result, path);
  }
}

/** Where the bytes are, for a pointer inside a struct; the caller must hold on to `view` until the call is over. */
export function address(view: ArrayBufferView): bigint {
  return (loaded ?? load()).address(view);
}

/** A function of libc that answers 0 or an errno, by its C signature. */
export function errnoFunction(definition: string): (...args: unknown[]) => number {
  return (loaded ?? load()).library.func(definition);
}

/** Another shared library, by the name that ld.so(8) looks up. Throws Error when it is not there. */
export function openLibrary(name: string): LibraryHandle {
  if (!loaded) load();
  return loadNative().load(name);
}
