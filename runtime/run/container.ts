/** One container, from its state directory to the last trace of it, or to where later commands take over. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { killCgroup } from "../../shim/cgroup-processes.ts";
import { isErrno } from "../../shim/error.ts";
import type { Facts } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { type ExitStatus, pidfdSendSignal } from "../../shim/pidfd.ts";
import { encode } from "../../shim/program/encode.ts";
import { receiveFds, sendFds, socketpair } from "../../shim/socket.ts";
import { bindUnix } from "../../shim/unix-socket.ts";
import { exited } from "../../shim/wait.ts";
import { explainFailure } from "../diagnose/failure.ts";
import type { WrunError } from "../error.ts";
import { hookError } from "../hook/error.ts";
import { InnerHooks } from "../hook/inner.ts";
import { outputOf } from "../hook/output.ts";
import { hookState } from "../hook/state.ts";
import { hasCreateHooks, hasInnerHooks } from "../launch/launch.ts";
import type { Request } from "../options/request.ts";
import type { HookKind } from "../spec/types.ts";
import { ContainerState, takenIds, withAllocationLock } from "../state/container.ts";
import { openExit, writeExit } from "../state/exit.ts";
import { notify_directory } from "../state/notify.ts";
import { identify, type StateRecord } from "../state/record.ts";
import { takeAway } from "../state/remove.ts";
import { writeSpec } from "../state/spec.ts";
import { start_socket, writeTail } from "../state/tail.ts";
import { Cgroups } from "./cgroup.ts";
import { converse, type Handlers, killedEarly } from "./conversation.ts";
import { restrictDevices } from "./device-access.ts";
import { givenFds, places } from "./given.ts";
import { Listener } from "./listener.ts";
import { openMountMaps } from "./mount-map.ts";
import { moveDevices } from "./network.ts";
import { writePidFile } from "./pid-file.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { enterRdt, makeRdt } from "./rdt.ts";
import { newRecord } from "./record.ts";
import { mapIn, startScope } from "./scope.ts";
import type { Streams } from "./stream.ts";
import { tellWarnings } from "./warning.ts";

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
      tellWarnings(prepared.decisions);
      const state = ContainerState.create(request.id);
      try {
        const record = newRecord(prepared);
        state.write(record);
        writeSpec(state.directory, prepared.spec);
        if (request.notify) mkdirSync(join(state.directory, notify_directory), { mode: 0o755 });
        return new Container(prepared, state, record);
      } catch (error) {
        state.abandon();
        throw error;
      }
    });
  }

  /** Makes the cgroups and launches; resolves when the user's program runs. Rejects with WrunError. */
  async start(streams: Streams, abort: AbortSignal): Promise<Running> {
    const terminal = this.prepared.spec.process?.terminal ? socketpair() : undefined;
    try {
      const { pid, pidfd } = await this.#launch(streams, { console: terminal?.[1] }, abort);
      return await this.#started({ pid, pidfd }, terminal?.[0], abort);
    } finally {
      for (const fd of terminal ?? []) fd[Symbol.dispose]();
    }
  }

  async #started(running: Running, terminal: Fd | undefined, abort: AbortSignal): Promise<Running> {
    const { spec, request } = this.prepared;
    try {
      const master = terminal && takeMaster(terminal);
      if (terminal && !master) throw killedEarly();
      this.#record.status = "running";
      this.#record.hooks.poststop = spec.hooks?.poststop ?? [];
      this.#state.write(this.#record);
      writePidFile(request.pidFile, running.pid);
      await this.#hostHooks("running", running.pid, "poststart", abort);
      return { ...running, ...(master && { terminal: master }) };
    } catch (error) {
      this.kill(running);
      await exited(running.pidfd);
      running.pidfd.close();
      throw error;
    }
  }

  /**
   * Makes the cgroups and the container's process, which then waits for `start` without wrun.
   * `console` and `pidfds` are connected sockets: where a terminal's master goes, and a descriptor of the process.
   */
  async create(
    streams: Streams,
    sockets: { console?: Fd | undefined; pidfds?: Fd | undefined },
    abort: AbortSignal,
  ): Promise<Running> {
    const { directory } = this.#state;
    const { spec, request, program } = this.prepared;
    const listening = bindUnix(join(directory, start_socket));
    try {
      writeTail(directory, program, places(this.prepared).kept.hookOutput);
      const fds = { console: sockets.console, start: listening };
      const { pid, pidfd } = await this.#launch(streams, fds, abort, (pid, pidfd) => {
        if (sockets.pidfds) sendFds(sockets.pidfds, Buffer.from("pidfd"), [pidfd]);
        this.#record.status = "created";
        this.#record.hooks.poststop = spec.hooks?.poststop ?? [];
        this.#state.write(this.#record);
        writePidFile(request.pidFile, pid);
      });
      return { pid, pidfd };
    } finally {
      listening.close();
    }
  }

  /** Makes the cgroups, with their limits; also for whoever makes the rest in another way (run/restore.ts). */
  makeCgroups(clones: boolean): { cgroups: Cgroups; state: ContainerState; record: StateRecord } {
    const { facts, decisions, request } = this.prepared;
    const cgroups = Cgroups.make(decisions, facts.cgroup.hierarchies, { ...request.how, clones });
    this.#cgroups = cgroups;
    const [state, record] = [this.#state, this.#record];
    if (record.rdt && decisions.rdt && facts.resctrl)
      makeRdt(decisions.rdt, facts.resctrl, record.rdt);
    restrictDevices(decisions.devices, cgroups.at(decisions.devices.hierarchy));
    return { cgroups, state, record };
  }

  async #launch(
    streams: Streams,
    sockets: { console?: Fd | undefined; start?: Fd },
    abort: AbortSignal,
    complete?: Handlers["complete"],
  ): Promise<{ pid: number; pidfd: Fd }> {
    const { facts, decisions, program, spec, request } = this.prepared;
    const { keeper } = request.how;
    await using scope = await startScope(this.prepared);
    const { entries } = this.makeCgroups(true).cgroups;
    const { rdt } = this.#record;
    const bytes = encode(program, facts.arch);
    const { report_fd } = program;
    using listener = Listener.open(spec);
    const hooks = hasInnerHooks(spec) ? new InnerHooks() : undefined;
    const idMaps = await openMountMaps(decisions.idMappedMounts, facts, abort);
    const exit = keeper ? openExit(this.#state.directory) : undefined;
    const at = places(this.prepared);
    const given = { ...sockets, entries, idMaps, exit };
    const fds = [
      ...givenFds(this.prepared, streams, given),
      ...(hooks?.at(at) ?? []),
      ...(listener?.at(at) ?? []),
    ];
    try {
      return await converse({ bytes, report_fd, keeper }, fds, abort, {
        started: () => {
          streams.handOver();
          sockets.console?.close();
          exit?.close();
          listener?.handOver();
          for (const fd of idMaps) fd.close();
        },
        mapIds: mapIn(scope, this.prepared),
        created: async (pid, keeper) => {
          this.#cgroups?.limitLate();
          await scope?.handOver();
          if (rdt) enterRdt(rdt, pid);
          await moveDevices(spec.linux?.netDevices, pid, facts);
          this.#record.process = identify(pid);
          if (keeper !== undefined) this.#record.keeper = identify(keeper);
          this.#state.write(this.#record);
          hooks?.tell(this.#record, pid);
          listener?.tell(this.#record, "creating", pid);
        },
        ...(hasCreateHooks(spec) && { mounted: (pid) => this.hooksOfCreate(pid, abort) }),
        hookFailed: (step, end) => this.#explainHook(step, end, hooks),
        ...(complete && { complete }),
        failed: (index, errno, pid) => this.explain(index, errno, pid),
      });
    } finally {
      hooks?.close();
      for (const fd of idMaps) fd[Symbol.dispose]();
      exit?.[Symbol.dispose]();
    }
  }

  /** From here on there may be something that only a poststop hook takes away again. */
  async hooksOfCreate(pid: number, abort: AbortSignal): Promise<void> {
    this.#record.hooks.poststop = this.prepared.spec.hooks?.poststop ?? [];
    this.#state.write(this.#record);
    await this.#hostHooks("creating", pid, "prestart", abort);
    await this.#hostHooks("creating", pid, "createRuntime", abort);
  }

  async #hostHooks(
    status: "creating" | "running",
    pid: number,
    kind: HookKind,
    abort: AbortSignal,
  ): Promise<void> {
    const hooks = this.prepared.spec.hooks?.[kind] ?? [];
    if (hooks.length === 0) return;
    const { runHooks } = await import("../hook/run.ts");
    const state = hookState(this.#record, status, pid);
    await runHooks(kind, hooks, state, this.#record.bundle || "/", abort);
  }

  get directory(): string {
    return this.#state.directory;
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
    await takeAway(this.#state, { ...this.#record, process: null, keeper: null });
  }

  noteExit(status: ExitStatus): void {
    writeExit(this.#state.directory, status);
  }

  /** Leaves what has ended to `delete`. */
  keep(): void {
    this.#record.owner = "detached";
    this.#state.write(this.#record);
    this.release();
  }

  /** Leaves the container to the commands that come later. */
  release(): void {
    this.#cgroups?.close();
    this.#state.release();
  }

  explain(index: number, errno: number, pid: number): WrunError {
    const { program, spec, facts, request } = this.prepared;
    const rootfs = request.rootfs.kind === "directory" ? request.rootfs.path : "/";
    return explainFailure({ program, spec, facts, rootfs, index, errno, pid });
  }

  #explainHook(step: number, end: number | null, hooks: InnerHooks | undefined): WrunError {
    const { say = "", path = "" } = this.prepared.program.steps[step]?.purpose ?? {};
    return hookError(say, path, end, hooks ? outputOf(hooks.output) : "");
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
export function takeMaster(socket: Fd): Fd | undefined {
  return receiveFds(socket).fds[0];
}
