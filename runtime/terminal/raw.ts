import { readFileSync } from "node:fs";
import { mode, rawMode, setMode } from "../../shim/tty.ts";

/** Signals that end Node at once when nobody listens. SIGINT and SIGTERM need no care: Node restores the mode itself. */
const deadly = [
  "SIGHUP",
  "SIGQUIT",
  "SIGABRT",
  "SIGALRM",
  "SIGVTALRM",
  "SIGUSR2",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
  "SIGXCPU",
] as const satisfies readonly NodeJS.Signals[];

export interface RawTerminal {
  /** The mode as it was, for a stop by job control. */
  suspend(): void;
  /** Raw again, when this process is in the foreground: to others the kernel sends SIGTTOU. */
  resume(): void;
  /** The mode as it was, for good. May be called again. */
  restore(): void;
}

/**
 * Puts a terminal into raw mode and sees to it that it leaves it, whatever becomes of this process.
 *
 * Not with Node's setRawMode: that leaves the output processing on, which turns a bare line feed (cursor down, to a
 * program that draws) into a new line. Restored by restore(), at exit, before an uncaught exception is printed, and on
 * signals that nobody else handles. After SIGKILL, `stty sane` does it: no process can prepare for that one.
 */
export function makeRaw(terminal: number): RawTerminal {
  const before = mode(terminal);
  const raw = rawMode(before);
  const put = (wanted: Uint8Array) => {
    try {
      setMode(terminal, wanted);
    } catch {
      // The terminal has gone (EIO after a hang-up): it has no mode any more.
    }
  };
  const restore = () => {
    release();
    put(before);
  };
  const release = hold(restore);
  setMode(terminal, raw);
  return {
    suspend: () => put(before),
    resume: () => isForeground() && put(raw),
    restore,
  };
}

/** Calls `restore` on every way out of the process that JavaScript gets to see. */
function hold(restore: () => void): () => void {
  let held = true;
  const once = () => {
    if (held) restore();
  };
  const die = (name: NodeJS.Signals) => {
    // Someone else listens, so that the process lives on and the session with it.
    if (process.listenerCount(name) > 1) return;
    once();
    process.kill(process.pid, name);
  };
  process.on("exit", once);
  process.on("uncaughtExceptionMonitor", once);
  for (const name of deadly) process.on(name, die);
  return () => {
    held = false;
    process.off("exit", once);
    process.off("uncaughtExceptionMonitor", once);
    for (const name of deadly) process.off(name, die);
  };
}

/**
 * May this process change the mode: is it in the foreground process group of its controlling terminal, or has it none.
 *
 * Fields 5 (pgrp), 7 (tty_nr) and 8 (tpgid) of /proc/PID/stat, man 5 proc.
 */
function isForeground(): boolean {
  const stat = readFileSync("/proc/self/stat", "utf8");
  // The name in field 2 may have blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [pgrp, tty, foreground] = [fields[2], fields[4], fields[5]];
  return tty === "0" || pgrp === foreground;
}
