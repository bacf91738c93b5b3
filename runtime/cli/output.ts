/**
 * Output by plain write(2). process.stdout and process.stderr are not used: on a pipe libuv sets O_NONBLOCK when they
 * are first touched, which is a property of the open file, so the container's program, which inherits it, would see
 * EAGAIN from its own writes.
 */
import { fstatSync, writeSync } from "node:fs";
import * as tty from "../../shim/tty.ts";

/** Writes the answer. */
export function print(text: string): void {
  writeAll(1, text);
}

/** Writes what is not the answer: errors, warnings, remarks. */
export function remark(text: string): void {
  writeAll(2, text);
}

/** isatty(3), which does not touch the file as process.stdout.isTTY does. */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  return isCharacterDevice(fd) && tty.isTerminal(fd);
}

/** Asked first, since for most answers nothing needs to be loaded then. */
function isCharacterDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

/** A reader that has gone away (`wrun plan | head`) is no error of wrun; the rest is dropped. */
function writeAll(fd: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE" || code === "EBADF") return;
      // The caller gave a non-blocking pipe that is full: wait for its reader.
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
