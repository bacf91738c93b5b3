import { WrunError } from "../error.ts";

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
