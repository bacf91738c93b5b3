/** Runs a bundle under one runtime, and looks at the container from inside and outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream, existsSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { slowness } from "../harness.ts";
import type { Account } from "../need.ts";
import { openPty } from "../terminal/pty.ts";
import { idsOf } from "./bundle.ts";
import { normal } from "./normal.ts";
import { cgroupsLeft, outside } from "./outside.ts";
import { end_mark, readView, type View } from "./probe.ts";

export type Runtime = "wrun" | "crun" | "runc";

export interface Seen {
  view: View;
  exitCode: number | null;
  stderr: string;
}

export interface How {
  /** The file that node runs. */
  wrun: string;
  user?: Account;
  /** With a terminal for standard streams, as a container with a terminal needs under runc and crun. */
  terminal?: boolean;
}

let count = 0;

/** What the script of probe.ts prints there, and what /proc and the cgroups say while it runs. */
export async function look(runtime: Runtime, directory: string, how: How): Promise<Seen> {
  const id = `d${process.pid}x${count++}`;
  const child = start(command(runtime, directory, id, how), directory, how);
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const late = setTimeout(() => end(child.process), time_max_ms * slowness);
  const ended = new Promise<number | null>((done) => child.process.on("close", done));
  try {
    const text = await Promise.race([until(child.stdout, end_mark), ended.then(() => "")]);
    const view = readView(text);
    if (text !== "" && !text.includes(end_mark))
      throw new Error(`${runtime} was too slow: ${text}`);
    if (text !== "") for (const [name, lines] of outsideOf(child.process)) view.set(name, lines);
    child.answer("go on\n");
    const exitCode = await ended;
    view.set("end", [
      `exit code ${exitCode}`,
      ...(text === "" ? [stderr] : []),
      ...cgroupsLeft([id, basename(directory)]),
    ]);
    return { view: normal(view, { directory, id }), exitCode, stderr };
  } finally {
    clearTimeout(late);
    end(child.process);
  }
}

/** Runs a bundle whatever is in it. `input` goes to a terminal when it has written something, its prompt. */
export async function run(
  runtime: Runtime,
  directory: string,
  how: How,
  input = "",
): Promise<{ exitCode: number | null; output: string; left: string[] }> {
  const id = `d${process.pid}x${count++}`;
  const child = start(command(runtime, directory, id, how), directory, how);
  const late = setTimeout(() => end(child.process), time_max_ms * slowness);
  let output = "";
  const keep = (chunk: Buffer): void => {
    output += chunk;
  };
  child.stdout.on("data", keep);
  child.stderr?.on("data", keep);
  if (how.terminal) child.stdout.once("data", () => child.answer(input));
  else child.answer(input);
  const exitCode = await new Promise<number | null>((done) => child.process.on("close", done));
  clearTimeout(late);
  return { exitCode, output, left: cgroupsLeft([id, basename(directory)]) };
}

const time_max_ms = 12_000;

/** The container first: its runtime, killed before it, would leave it. */
function end(runtime: ChildProcess): void {
  if (runtime.exitCode !== null || runtime.signalCode !== null) return;
  for (const pid of children(runtime)) process.kill(pid, "SIGKILL");
  setTimeout(() => runtime.kill("SIGKILL"), 1000).unref();
}

function command(runtime: Runtime, directory: string, id: string, how: How): string[] {
  const root = ["--root", join(directory, "state")];
  if (runtime !== "wrun") return [runtime, ...root, "run", "--bundle", directory, id];
  return [process.execPath, how.wrun, "run", "--bundle", directory, "--name", id];
}

interface Started {
  process: ChildProcess;
  stdout: Readable;
  stderr: Readable | null;
  answer(line: string): void;
}

function start(words: string[], directory: string, { user, terminal }: How): Started {
  const env = {
    PATH: process.env.PATH,
    HOME: "/",
    TERM: "dumb",
    WRUN_ROOT: join(directory, "wrun"),
  };
  const ids = idsOf(user);
  const [program = "", ...args] = terminal ? ["setsid", "--ctty", ...words] : words;
  if (!terminal) {
    const child = spawn(program, args, { cwd: "/", env, ...ids, stdio: "pipe" });
    const answer = (line: string): void => void child.stdin.end(line);
    child.stdin.on("error", () => {});
    return { process: child, stdout: child.stdout, stderr: child.stderr, answer };
  }
  const { master, slave } = openPty();
  const { number } = slave;
  const child = spawn(program, args, { cwd: "/", env, ...ids, stdio: [number, number, number] });
  slave.close();
  const fd = master.release();
  const stdout = createReadStream("", { fd, autoClose: false });
  // EIO is how a terminal ends whose other end is closed.
  stdout.on("error", () => {});
  return { process: child, stdout, stderr: null, answer: (line) => void writeSync(fd, line) };
}

/** All that comes before the mark; what has come when the stream ends before it. */
async function until(stream: Readable, mark: string): Promise<string> {
  let text = "";
  return new Promise((done) => {
    stream.on("data", (chunk) => {
      text += chunk;
      if (text.includes(mark)) done(text);
    });
    stream.on("close", () => done(text));
  });
}

/** Under each of the three the container's first process is a child of the runtime's, and alone runs the shell. */
function outsideOf(runtime: ChildProcess): [string, string[]][] {
  const [pid, ...more] = children(runtime).filter(
    (child) => readFileSync(`/proc/${child}/comm`, "utf8") === "sh\n",
  );
  if (pid === undefined || more.length > 0) throw new Error("the runtime has not one such child");
  return outside(pid);
}

function children({ pid }: ChildProcess): number[] {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return [];
  return readdirSync(threads).flatMap((thread) => {
    const path = `${threads}/${thread}/children`;
    return existsSync(path)
      ? readFileSync(path, "utf8").split(" ").filter(Boolean).map(Number)
      : [];
  });
}
