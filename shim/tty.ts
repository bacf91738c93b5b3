import type { Fd } from "./fd.ts";
import { call, tryCall } from "./libc.ts";

/** include/uapi/asm-generic/ioctls.h: the same on x86_64 and arm64. */
const request = {
  get: 0x5401,
  setDrain: 0x5403,
  getGroup: 0x540f,
  getWindow: 0x5413,
  setWindow: 0x5414,
} as const;
const termios_bytes = 36;

/** In characters; pixels are mostly 0. */
export interface WindowSize {
  rows: number;
  columns: number;
  x_pixels: number;
  y_pixels: number;
}

/** Is this descriptor a terminal; a number, since it is asked of 0 to 2. */
export function isTerminal(number: number): boolean {
  return tryCall("ioctl", number, request.get, new Uint8Array(termios_bytes)) === 0;
}

/** Throws SyscallError ENOTTY where there is no terminal. */
export function windowSize(number: number): WindowSize {
  const words = new Uint16Array(4);
  call("ioctl", [number, request.getWindow, words], "terminal");
  const [rows = 0, columns = 0, x_pixels = 0, y_pixels = 0] = words;
  return { rows, columns, x_pixels, y_pixels };
}

/** Sets the size; the foreground process group of the terminal gets SIGWINCH when it changes. */
export function setWindowSize(fd: Fd, { rows, columns, x_pixels, y_pixels }: WindowSize): void {
  const words = new Uint16Array([rows, columns, x_pixels, y_pixels]);
  call("ioctl", [fd.number, request.setWindow, words], "terminal");
}

/** The foreground process group of a terminal, asked of its master side; 0 when it has none, or none that this process sees. */
export function foregroundGroup(master: Fd): number {
  const group = new Int32Array(1);
  call("ioctl", [master.number, request.getGroup, group], "terminal");
  return group[0] ?? 0;
}

/** The terminal's mode, the kernel's struct termios: what a later setMode restores. */
export function mode(number: number): Uint8Array {
  const termios = new Uint8Array(termios_bytes);
  call("ioctl", [number, request.get, termios], "terminal");
  return termios;
}

/** Sets a mode after all output has gone out. Waits for a background process to be brought to the foreground (SIGTTOU). */
export function setMode(number: number, termios: Uint8Array): void {
  if (termios.length !== termios_bytes) {
    throw new RangeError(`a terminal mode has ${termios_bytes} bytes, not ${termios.length}`);
  }
  call("ioctl", [number, request.setDrain, termios], "terminal");
}

/** The raw mode made from a mode as cfmakeraw(3) does: every key reaches the container's terminal, which interprets it. */
export function rawMode(termios: Uint8Array): Uint8Array {
  const raw = termios.slice();
  const flags = new Uint32Array(raw.buffer, 0, 4);
  const [input = 0, output = 0, control = 0, local = 0] = flags;
  // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON; OPOST; CSIZE PARENB, CS8; ECHO ECHONL ICANON ISIG IEXTEN.
  flags[0] = input & ~0o2753;
  flags[1] = output & ~0o1;
  flags[2] = (control & ~0o460) | 0o60;
  flags[3] = local & ~0o100113;
  const [vtime, vmin] = [17 + 5, 17 + 6];
  raw[vtime] = 0;
  raw[vmin] = 1;
  return raw;
}
