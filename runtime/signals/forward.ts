import { constants } from "node:os";
import type { Fd } from "../../shim/fd.ts";
import { makeUp, send, type Target } from "./target.ts";

/**
 * What wrun passes on: every signal that Node can catch and that is meant for a program.
 *
 * Not among them: SIGCHLD and SIGPIPE (about wrun's own children and pipes), SIGWINCH (see runtime/terminal), SIGPROF
 * (V8's profiler), SIGTRAP, SIGSEGV, SIGBUS, SIGFPE and SIGILL (a handler in JavaScript never gets to run), and the
 * real-time signals, for which Node has no names. SIGUSR1 no longer opens Node's inspector while it is passed on.
 */
const passed = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGABRT",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
] as const satisfies readonly NodeJS.Signals[];

export interface Forwarding {
  /** Gives the signals back to whoever had them. Call it when the container has ended. */
  stop(): void;
  /**
   * A key of the container's terminal sent this signal to this process group (of this process's pid namespace).
   *
   * The kernel drops it for pid 1 as it does any other, so that Ctrl-C would do nothing in `run -t … sleep 100`.
   */
  typed(signal: number, group: number): void;
  /** The number of the first signal for which wrun ended the container, because it would not have ended by it alone. */
  endedBy(): number | undefined;
}

/** What to do around a stop of wrun by job control, such as giving the terminal back and taking it again. */
export interface JobControl {
  suspend?: () => void;
  resume?: () => void;
}

/**
 * Passes this process's signals on to a container's first process until stopped.
 *
 * `kill` ends the container at once; it is called when a signal meant the end and pid 1 would not see it.
 */
export function forward(
  pid: number,
  pidfd: Fd,
  kill: () => void,
  job: JobControl = {},
): Forwarding {
  const target: Target = { pid, pidfd, kill };
  let ended: number | undefined;
  const pass = (_name: NodeJS.Signals, signal: number) => {
    if (send(target, signal) === "kill") ended ??= signal;
  };
  for (const name of passed) process.on(name, pass);
  const stopJobs = followJobs(target, job);
  return {
    stop() {
      for (const name of passed) process.off(name, pass);
      stopJobs();
    },
    typed(signal, group) {
      // The first process leads its group, unless it has put another in the foreground, as shells do.
      if (group === pid && makeUp(target, signal)) ended ??= signal;
    },
    endedBy: () => ended,
  };
}

const { SIGTSTP, SIGSTOP, SIGCONT } = constants.signals;

/**
 * Ctrl-Z and `fg`: a first process that handles SIGTSTP gets it; any other is stopped by SIGSTOP, which it cannot
 * miss, and wrun with it, so that the shell sees a stopped job. Its own children run on, as those of a shell script do.
 */
function followJobs(target: Target, { suspend, resume }: JobControl): () => void {
  let stopped = false;
  const onStop = () => {
    if (send(target, SIGTSTP) !== "deliver") {
      send(target, SIGSTOP);
      stopped = true;
    }
    suspend?.();
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = () => {
    resume?.();
    // Not for a container that was stopped by somebody else, say a debugger.
    if (stopped) send(target, SIGCONT);
    stopped = false;
  };
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  return () => {
    process.off("SIGTSTP", onStop);
    process.off("SIGCONT", onContinue);
  };
}
