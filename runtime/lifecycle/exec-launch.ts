/** Launches a program in a container that runs, and follows it to its end. */
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { hasEnded, pidfdSendSignal } from "../../shim/pidfd.ts";
import { encode } from "../../shim/program/encode.ts";
import { sendFds, socketpair } from "../../shim/socket.ts";
import { ended, exited, reapLater } from "../../shim/wait.ts";
import { explainFailure } from "../diagnose/failure.ts";
import { WrunError } from "../error.ts";
import { cgroupEntries } from "../launch/cgroup-entry.ts";
import { type Running, takeMaster } from "../run/container.ts";
import { converse, killedEarly } from "../run/conversation.ts";
import { givenFds, places } from "../run/given.ts";
import { Listener } from "../run/listener.ts";
import { writePidFile } from "../run/pid-file.ts";
import type { Prepared } from "../run/prepare.ts";
import { enterRdt } from "../run/rdt.ts";
import type { RunResult } from "../run/result.ts";
import { follow, openStreams } from "../run/run.ts";
import type { Streams } from "../run/stream.ts";
import type { Hold } from "../signals/hold.ts";
import type { StateRecord } from "../state/record.ts";
import { connect } from "./create.ts";
import { wrongState } from "./error.ts";
import { type EnteredCgroup, openEntered } from "./exec-cgroup.ts";
import type { ExecOptions } from "./exec-options.ts";

export interface Execution {
  prepared: Prepared;
  record: StateRecord;
  cgroups: readonly EnteredCgroup[];
  /** A pidfd of the container's first process. */
  container: Fd;
  /** This process ends when the program runs: its caller, or a subreaper, takes the program's status. */
  leaves: boolean;
}

export async function launchIn(
  execution: Execution,
  options: ExecOptions,
  hold: Hold | undefined,
): Promise<Omit<RunResult, "duration_ms">> {
  const { prepared, leaves } = execution;
  const streams = await openStreams({ prepared });
  try {
    const running = await start(execution, options, streams, hold);
    try {
      await announce(running, options);
      if (options.detach) {
        return {
          id: prepared.request.id,
          exitCode: 0,
          oom: false,
          aborted: false,
          overflow: false,
        };
      }
      const followed = { prepared, kill, cgroup: () => undefined, empty: async () => {} };
      return await follow(followed, running, streams, {}, hold);
    } finally {
      if (options.detach && !leaves) reapLater(running.pidfd);
      else running.pidfd.close();
    }
  } finally {
    streams.close();
  }
}

async function start(
  { prepared, record, container, cgroups: entered }: Execution,
  { consoleSocket, signal }: ExecOptions,
  streams: Streams,
  hold: Hold | undefined,
): Promise<Running> {
  const { spec, facts, program } = prepared;
  const abort = AbortSignal.any([signal, hold?.signal].filter((each) => each !== undefined));
  const own = spec.process?.terminal && consoleSocket === undefined ? socketpair() : undefined;
  const console = consoleSocket ? connect(consoleSocket, "the console socket") : own?.[1];
  using listener = Listener.open(spec);
  const entries = openEntered(
    entered,
    cgroupEntries(prepared.decisions, facts.cgroup.hierarchies, {
      ...prepared.request.how,
      clones: true,
    }),
  );
  try {
    const given = { console, entries, idMaps: [] };
    const fds = [...givenFds(prepared, streams, given), ...(listener?.at(places(prepared)) ?? [])];
    const bytes = encode(program, facts.arch);
    const { report_fd } = program;
    const { pid, pidfd } = await converse({ bytes, report_fd, keeper: false }, fds, abort, {
      started: () => {
        streams.handOver();
        console?.close();
        listener?.handOver();
      },
      mapIds: async () => {},
      created: async (pid) => {
        if (record.unit && record.bus === "user") {
          const { attachTo } = await import("../systemd/scope.ts");
          const [own, to] = [record.cgroups[0]?.path ?? "", entered[0]?.path ?? ""];
          attachTo(record.unit, to.slice(own.length), pid);
        }
        if (record.rdt) enterRdt(record.rdt, pid);
        // Had it ended before, its number, and with it the namespaces, could have been another's.
        if (hasEnded(container)) throw stopped(record);
        listener?.tell(record, "running", pid);
      },
      hookFailed: () => new RangeError("a program in a container has no hooks"),
      failed: (index, errno, failed) => {
        const rootfs = `/proc/${record.process?.pid}/root`;
        return explainFailure({ program, spec, facts, rootfs, index, errno, pid: failed });
      },
    });
    const terminal = own && takeMaster(own[0]);
    if (own && !terminal) {
      pidfd.close();
      throw killedEarly();
    }
    return { pid, pidfd, ...(terminal && { terminal }) };
  } catch (error) {
    // Then it is no matter which of its namespaces was not there any more.
    throw (await isEnding(container, error)) ? stopped(record) : error;
  } finally {
    for (const fd of [...(own ?? []), ...entries]) fd[Symbol.dispose]();
    console?.[Symbol.dispose]();
  }
}

/** A process that ends has lost its namespaces a moment before it is seen to have ended (do_exit of the kernel). */
async function isEnding(container: Fd, error: unknown): Promise<boolean> {
  const isNamespace = error instanceof WrunError && error.code === "ERR_NAMESPACE";
  if (!isNamespace || hasEnded(container)) return hasEnded(container);
  return await ended(container, AbortSignal.timeout(ending_ms_max)).then(
    () => true,
    () => false,
  );
}

const ending_ms_max = 1000;

/** Tells the caller which process it is. Who cannot be told gets an error, and so no program that runs on unknown. */
async function announce(running: Running, { pidFile, pidfdSocket }: ExecOptions): Promise<void> {
  try {
    if (pidfdSocket) {
      using socket = connect(pidfdSocket, "the pidfd socket");
      sendFds(socket, Buffer.from("pidfd"), [running.pidfd]);
    }
    writePidFile(pidFile, running.pid);
  } catch (error) {
    kill(running);
    await exited(running.pidfd);
    running.terminal?.close();
    throw error;
  }
}

function stopped({ id }: StateRecord): WrunError {
  return wrongState(id, "cannot exec in a container that has stopped");
}

function kill({ pidfd }: Running): void {
  try {
    pidfdSendSignal(pidfd, sigkill);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

const sigkill = 9;
