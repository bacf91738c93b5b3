import { oomKills } from "../../shim/cgroupfs.ts";
import { exited } from "../../shim/wait.ts";
import { WrunError } from "../error.ts";
import type { Request } from "../options/request.ts";
import type { RunOptions } from "../options/types.ts";
import { followAbort } from "../signals/abort.ts";
import { forward } from "../signals/forward.ts";
import { outcome } from "../signals/outcome.ts";
import { reapOrphans } from "../state/remove.ts";
import { attach, type Session } from "../terminal/session.ts";
import { Container, type Rewrite, type Running } from "./container.ts";
import { probeHost, readRequest } from "./prepare.ts";
import { collect, Streams } from "./stream.ts";

/** How a container ended. The same shape whether `run` resolves or, as RunError, rejects. */
export interface RunResult {
  id: string;
  /** The program's own, or 128 + n when signal n ended it. */
  exitCode: number;
  /** Such as `SIGKILL`; undefined when it ended by itself. */
  signal?: string;
  /** The kernel killed a process of it because its memory ran out. */
  oom: boolean;
  /** The caller's AbortSignal ended it. */
  aborted: boolean;
  /** What was written, when the stream is `pipe`; cut after maxBuffer_bytes. */
  stdout?: string;
  stderr?: string;
  /** maxBuffer_bytes was exceeded, and the container ended for it. */
  overflow: boolean;
  duration_ms: number;
}

/** Only for wrun's own commands and tests: what the public options do not have. */
export interface Internals {
  /** Pass this process's signals on to the container. */
  forwardSignals?: boolean;
  rewrite?: Rewrite;
  /** Told when the user's program runs. */
  started?: (id: string, pid: number) => void;
}

/** Runs a container to its end and leaves nothing of it. Rejects with WrunError when it cannot be started. */
export async function runContainer(
  options: RunOptions,
  internals: Internals = {},
): Promise<RunResult> {
  const start_ms = performance.now();
  options.signal?.throwIfAborted();
  const facts = probeHost();
  const request = readRequest(options, facts);
  await reapOrphans();
  const container = Container.claim(request, facts, internals.rewrite);
  try {
    const streams = openStreams(request, container);
    try {
      const running = await container.start(streams);
      internals.started?.(request.id, running.pid);
      try {
        return {
          ...(await follow(container, running, streams, internals)),
          duration_ms: performance.now() - start_ms,
        };
      } finally {
        running.pidfd.close();
      }
    } finally {
      streams.close();
    }
  } finally {
    await container.remove();
  }
}

/** With a terminal of its own the container has no other streams. */
function openStreams({ stdin, stdout, stderr }: Request, { prepared }: Container): Streams {
  if (!prepared.spec.process?.terminal) return new Streams({ stdin, stdout, stderr });
  return new Streams({ stdin: "ignore", stdout: "ignore", stderr: "ignore" });
}

async function follow(
  container: Container,
  running: Running,
  streams: Streams,
  internals: Internals,
): Promise<Omit<RunResult, "duration_ms">> {
  const { request } = container.prepared;
  const kill = (): void => container.kill(running);
  const session = running.terminal && openSession(container, running, kill);
  const target = { pid: running.pid, pidfd: running.pidfd, kill };
  const signals = internals.forwardSignals
    ? forward(running.pid, running.pidfd, kill, session)
    : undefined;
  const abort = followAbort(request.signal, target, request.killAfter_ms);
  const read = [streams.stdout, streams.stderr].map((s) =>
    collect(s, request.maxBuffer_bytes, kill),
  );
  try {
    const status = await exited(running.pidfd);
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

function openSession({ prepared }: Container, { terminal }: Running, kill: () => void): Session {
  if (!terminal) throw new RangeError("there is no terminal");
  const { request, spec } = prepared;
  const size = spec.process?.consoleSize;
  try {
    return attach(terminal, {
      ...(request.interactive ? { stdin: process.stdin } : {}),
      stdout: process.stdout,
      ...(size ? { size } : {}),
    });
  } catch (error) {
    kill();
    throw error;
  }
}

function oomOf(container: Container): boolean {
  const memory = container.cgroup("memory");
  return memory !== undefined && (oomKills(memory) ?? 0) > 0;
}

/** The error of `run` when the program did not succeed: a result and an error of one shape. */
export class RunError extends WrunError implements RunResult {
  readonly id: string;
  override readonly exitCode: number;
  readonly signal?: string;
  readonly oom: boolean;
  readonly aborted: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly overflow: boolean;
  readonly duration_ms: number;

  constructor(result: RunResult, what: string) {
    super({ code: result.aborted ? "ERR_ABORTED" : "ERR_EXIT", message: sentence(result, what) });
    this.id = result.id;
    this.exitCode = result.exitCode;
    this.signal = result.signal;
    this.oom = result.oom;
    this.aborted = result.aborted;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
    this.overflow = result.overflow;
    this.duration_ms = result.duration_ms;
  }
}

/** From the most telling reason to the least. */
function sentence(result: RunResult, what: string): string {
  if (result.aborted) return `\`${what}\` was aborted`;
  if (result.oom) return `\`${what}\` ran out of memory`;
  if (result.overflow) return `\`${what}\` wrote more than maxBuffer_bytes`;
  if (result.signal) return `\`${what}\` was ended by ${result.signal}`;
  return `\`${what}\` ended with exit code ${result.exitCode}`;
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
