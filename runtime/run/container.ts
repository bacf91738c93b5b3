/** One container in the foreground, from its state directory to the last trace of it. */
import { killCgroup } from "../../shim/cgroup-processes.ts";
import { isErrno } from "../../shim/error.ts";
import type { Facts } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { pidfdSendSignal } from "../../shim/pidfd.ts";
import { encode } from "../../shim/program/encode.ts";
import { receiveFds, socketpair } from "../../shim/socket.ts";
import { exited } from "../../shim/wait.ts";
import { explainFailure } from "../diagnose/failure.ts";
import { WrunError } from "../error.ts";
import { console_fd, first_fd } from "../launch/launch.ts";
import type { Request } from "../options/request.ts";
import { ContainerState, takenIds, withAllocationLock } from "../state/container.ts";
import { bootId, identify, type StateRecord } from "../state/record.ts";
import { removeRecorded } from "../state/remove.ts";
import { absentCgroups, Cgroups, returnHome } from "./cgroup.ts";
import { converse } from "./conversation.ts";
import { restrictDevices } from "./device-access.ts";
import { writeIdMaps } from "./id-map.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Streams } from "./stream.ts";

/** Changes a program before it runs. Only tests do: they make every step fail once. */
export type Rewrite = (prepared: Prepared) => Prepared;

export class Container {
  readonly prepared: Prepared;
  readonly #state: ContainerState;
  readonly #record: StateRecord;
  #cgroups: Cgroups | undefined;

  private constructor(prepared: Prepared, state: ContainerState, record: StateRecord) {
    this.prepared = prepared;
    this.#state = state;
    this.#record = record;
  }

  /** Takes the id and the host ids. Throws WrunError for whatever is wrong with the request; nothing is left then. */
  static claim(request: Request, facts: Facts, rewrite: Rewrite = (p) => p): Container {
    return withAllocationLock(() => {
      const prepared = rewrite(prepare(request, facts, takenIds()));
      const state = ContainerState.create(request.id);
      try {
        const record = newRecord(prepared);
        state.write(record);
        return new Container(prepared, state, record);
      } catch (error) {
        state.abandon();
        throw error;
      }
    });
  }

  /** Makes the cgroups and launches; resolves when the user's program runs. Rejects with WrunError. */
  async start(streams: Streams, abort: AbortSignal): Promise<Running> {
    const { facts, decisions, spec } = this.prepared;
    this.#cgroups = Cgroups.make(decisions.cgroups, facts.cgroup.hierarchies);
    restrictDevices(decisions.devices, this.#cgroups.at(decisions.devices.hierarchy));
    const terminal = spec.process?.terminal ? socketpair() : undefined;
    try {
      const fds = this.#fds(streams, terminal?.[1]);
      const program = encode(this.prepared.program, facts.arch);
      const { pid, pidfd } = await converse(program, fds, abort, {
        started: () => {
          streams.handOver();
          terminal?.[1].close();
        },
        mapIds: (pid) => writeIdMaps(pid, decisions, facts),
        created: (pid) => {
          this.#cgroups?.limitLate();
          this.#record.process = identify(pid);
          this.#state.write(this.#record);
        },
        failed: (index, errno, pid) => this.#explain(index, errno, pid),
      });
      if (!terminal) return { pid, pidfd };
      const master = takeMaster(terminal[0]);
      if (master) return { pid, pidfd, terminal: master };
      throw await endedEarly(pidfd);
    } finally {
      for (const fd of terminal ?? []) fd[Symbol.dispose]();
    }
  }

  /** The open cgroup with this controller, undefined when there is none. */
  cgroup(controller: string): Fd | undefined {
    return this.#cgroups?.withController(controller);
  }

  /** Ends everything in the container at once. */
  kill({ pidfd }: Running): void {
    try {
      pidfdSendSignal(pidfd, sigkill);
    } catch (error) {
      if (!isErrno(error, "ESRCH")) throw error;
    }
  }

  /** Ends what the first process has left behind; a pid namespace of its own has ended with it (pid_namespaces(7)). */
  async empty(): Promise<void> {
    const { decisions } = this.prepared.decisions.namespaces;
    if (decisions.some(({ kind, action }) => kind === "pid" && action === "create")) return;
    for (const cgroup of this.#cgroups?.directories ?? []) await killCgroup(cgroup);
  }

  /** Takes away all that was made. After this there is no trace of the container on the host. */
  async remove(): Promise<void> {
    this.#cgroups?.close();
    // Its first process was waited for by now, and its pid may be another's.
    await removeRecorded({ ...this.#record, process: null });
    const { decisions, facts } = this.prepared;
    returnHome(decisions.cgroups, facts.cgroup.hierarchies);
    this.#state.remove();
  }

  #explain(index: number, errno: number, pid: number): WrunError {
    const { program, spec, facts, request } = this.prepared;
    const rootfs = request.rootfs.kind === "directory" ? request.rootfs.path : "/";
    return explainFailure({ program, spec, facts, rootfs, index, errno, pid });
  }

  #fds(streams: Streams, terminal: Fd | undefined): [number, number][] {
    const procs = this.#cgroups?.procs ?? [];
    return [
      ...streams.numbers.map((number, i): [number, number] => [number, i]),
      ...(terminal ? [[terminal.number, console_fd] as [number, number]] : []),
      ...procs.map((fd, i): [number, number] => [fd.number, first_fd + i]),
    ];
  }
}

export interface Running {
  pid: number;
  pidfd: Fd;
  /** The host's side of the container's terminal. */
  terminal?: Fd;
}

const sigkill = 9;

/** init sends it before it runs the user's program; undefined when init was killed before. */
function takeMaster(socket: Fd): Fd | undefined {
  return receiveFds(socket).fds[0];
}

/** What runs no program and yet reported no failure has been killed, as by the kernel for want of memory. */
async function endedEarly(pidfd: Fd): Promise<WrunError> {
  using _ = pidfd;
  pidfdSendSignal(pidfd, sigkill);
  await exited(pidfd);
  return new WrunError({
    code: "ERR_TERMINAL",
    message: "the container's first process was killed before it had a terminal",
    hint: "was the memory limit too small for a launch? `dmesg` tells of processes that the kernel killed",
  });
}

function newRecord({ request, decisions, facts }: Prepared): StateRecord {
  return {
    id: request.id,
    bundle: request.bundle,
    created: new Date().toISOString(),
    bootId: bootId(),
    process: null,
    cgroups: absentCgroups(decisions.cgroups, facts.cgroup.hierarchies),
    uids: hostIds(decisions.uidMap),
    gids: hostIds(decisions.gidMap),
  };
}

function hostIds(plan: { map: { hostId: number; size: number }[] } | null) {
  return (plan?.map ?? []).map(({ hostId, size }) => ({ start: hostId, size }));
}
