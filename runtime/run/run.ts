import { oomKills } from "../../shim/cgroupfs.ts";
import { now_ms } from "../../shim/clock.ts";
import type { Fd } from "../../shim/fd.ts";
import type { ExitStatus } from "../../shim/pidfd.ts";
import { exited } from "../../shim/wait.ts";
import { WrunError } from "../error.ts";
import type { Notify } from "../lifecycle/notify.ts";
import type { Request } from "../options/request.ts";
import type { RunOptions } from "../options/types.ts";
import { followAbort } from "../signals/abort.ts";
import { type Forwarding, forward } from "../signals/forward.ts";
import { type Hold, holdSignals } from "../signals/hold.ts";
import { outcome } from "../signals/outcome.ts";
import { reapOrphans } from "../state/remove.ts";
import type { Session } from "../terminal/session.ts";
import { Container, type Rewrite, type Running } from "./container.ts";
import { type Prepared, probeHost, readRequest } from "./prepare.ts";
import { RunError, type RunResult } from "./result.ts";
import { collect, Streams } from "./stream.ts";

/** Only for wrun's own commands and tests: what the public options do not have. */
export interface Internals {
  /** Pass this process's signals on to the container. */
  forwardSignals?: boolean;
  rewrite?: Rewrite;
  /** Leave the state and the cgroups when the container has ended. */
  keep?: boolean;
  /** Where a service manager listens, for a container with `notify`. */
  notifySocket?: string | undefined;
  /** Makes the container run in another way than by its launch program. */
  launch?: (container: Container, streams: Streams, abort: AbortSignal) => Promise<Running>;
  /** Told when the user's program runs. */
  started?: (id: string, pid: number) => void;
}

/**
 * Runs a program in a container of its own and resolves with how it ended.
 *
 * Rejects with RunError when it fails, unless `reject` is false, and with WrunError when it cannot be started at all.
 */
export async function run(options: RunOptions = {}): Promise<RunResult> {
  const result = await runContainer(options);
  const failed = result.exitCode !== 0 || result.aborted || result.overflow;
  if (failed && options.reject !== false) {
    throw new RunError(result, options.args?.[0] ?? "the container");
  }
  return result;
}

/** Runs a container to its end and leaves nothing of it. Rejects with WrunError when it cannot be started. */
export async function runContainer(
  options: RunOptions,
  internals: Internals = {},
): Promise<RunResult> {
  const start_ms = now_ms();
  const hold = internals.forwardSignals ? holdSignals() : undefined;
  try {
    const facts = probeHost();
    const request = readRequest(options, facts);
    const aborts = [request.signal, hold?.signal].filter((signal) => signal !== undefined);
    const abort = AbortSignal.any(aborts);
    await reapOrphans();
    throwIfAborted(abort);
    const container = Container.claim(request, facts, internals.rewrite);
    let kept = false;
    try {
      const ended = await launchAndFollow(container, internals, abort, hold);
      kept = internals.keep ?? false;
      return { ...ended, duration_ms: now_ms() - start_ms };
    } finally {
      if (kept) container.keep();
      else await container.remove();
    }
  } finally {
    hold?.release();
  }
}

async function launchAndFollow(
  container: Container,
  internals: Internals,
  abort: AbortSignal,
  hold: Hold | undefined,
): Promise<Omit<RunResult, "duration_ms">> {
  const { notifySocket: manager } = internals;
  using notify = manager === undefined ? undefined : await bindNotify(container);
  const streams = await openStreams(container);
  try {
    const { pid, pidfd, ...more } = await start(container, internals, streams, abort);
    try {
      const passed = notify?.pass(manager ?? "", pid, pidfd);
      const ended = await follow(container, { pid, pidfd, ...more }, streams, internals, hold);
      await passed;
      return ended;
    } finally {
      pidfd.close();
    }
  } finally {
    streams.close();
  }
}

async function bindNotify({ directory }: Container): Promise<Notify> {
  const module = await import("../lifecycle/notify.ts");
  return new module.Notify(directory);
}

async function start(
  container: Container,
  { launch }: Internals,
  streams: Streams,
  abort: AbortSignal,
): Promise<Running> {
  try {
    return await (launch ? launch(container, streams, abort) : container.start(streams, abort));
  } catch (error) {
    throwIfAborted(abort);
    throw error;
  }
}

/** The caller's reason for an abort may be anything; wrun's error is one. */
function throwIfAborted(abort: AbortSignal): void {
  if (!abort.aborted) return;
  if (abort.reason instanceof WrunError) throw abort.reason;
  throw new WrunError({
    code: "ERR_ABORTED",
    message: "the launch was aborted",
    cause: abort.reason,
  });
}

/** With a terminal of its own the container has no other streams. */
export function openStreams({
  prepared: { spec, request },
}: {
  prepared: Pick<Prepared, "spec" | "request">;
}): Promise<Streams> {
  if (!spec.process?.terminal) return Streams.open(request);
  return Streams.open({ stdin: "ignore", stdout: "ignore", stderr: "ignore" });
}

/** What is followed to its end: a container, or one more program in it. */
export interface Followed {
  prepared: Pick<Prepared, "request">;
  kill(running: Running): void;
  cgroup(controller: string): Fd | undefined;
  empty(): Promise<void>;
  /** Writes the end down. */
  noteExit?(status: ExitStatus): void;
}

/** Passes signals, input and output on until the program has ended; resolves with how it did. */
export async function follow(
  container: Followed,
  running: Running,
  streams: Streams,
  internals: Internals,
  hold: Hold | undefined,
): Promise<Omit<RunResult, "duration_ms">> {
  const { request } = container.prepared;
  const kill = (): void => container.kill(running);
  let signals: Forwarding | undefined;
  const typed = (signal: number, group: number): void => signals?.typed(signal, group);
  const session = running.terminal && (await openSession(request, running.terminal, typed, kill));
  if (hold) {
    signals = forward(running.pid, running.pidfd, kill, session);
    hold.pass();
  }
  const target = { pid: running.pid, pidfd: running.pidfd, kill };
  const abort = followAbort(request.signal, target, request.killAfter_ms);
  const read = [streams.stdout, streams.stderr].map((s) =>
    collect(s, request.maxBuffer_bytes, kill),
  );
  try {
    // Not before signals are passed on: whoever is told may send one at once.
    internals.started?.(request.id, running.pid);
    const status = await exited(running.pidfd);
    if (internals.keep) container.noteExit?.(status);
    const oom = oomOf(container);
    await session?.finish();
    // Whoever still holds a pipe is in the container: it goes with the container's end.
    await container.empty();
    const [stdout, stderr] = await Promise.all(read);
    return {
      id: request.id,
      ...outcome(status, signals?.endedBy() ?? abort.endedBy()),
      oom,
      aborted: abort.aborted(),
      ...(stdout ? { stdout: stdout.text } : {}),
      ...(stderr ? { stderr: stderr.text } : {}),
      overflow: Boolean(stdout?.cut || stderr?.cut),
    };
  } finally {
    session?.close();
    signals?.stop();
    abort.stop();
  }
}

type Master = NonNullable<Running["terminal"]>;

async function openSession(
  request: Request,
  terminal: Master,
  typed: (signal: number, group: number) => void,
  kill: () => void,
): Promise<Session> {
  const size = request.spec.process?.consoleSize;
  try {
    const { attach } = await import("../terminal/session.ts");
    return attach(terminal, {
      ...(request.interactive ? { stdin: process.stdin } : {}),
      stdout: process.stdout,
      typed,
      ...(size ? { size } : {}),
    });
  } catch (error) {
    kill();
    throw error;
  }
}

function oomOf(container: Followed): boolean {
  const memory = container.cgroup("memory");
  return memory !== undefined && (oomKills(memory) ?? 0) > 0;
}
