/** Brings a container back from images, by CRIU, in the cgroups and with the mounts of its bundle. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allProcesses } from "../../shim/cgroup-processes.ts";
import type { Fd } from "../../shim/fd.ts";
import { cwd, duplicate, open_flags, openat2 } from "../../shim/files.ts";
import { pidfdOpen } from "../../shim/pidfd.ts";
import { encode } from "../../shim/program/encode.ts";
import { sendFds } from "../../shim/socket.ts";
import { askCriu } from "../criu/conversation.ts";
import { descriptors_file } from "../criu/descriptor.ts";
import { criuFailed } from "../criu/error.ts";
import { keepingHierarchy } from "../criu/hierarchy.ts";
import { requestBytes } from "../criu/message.ts";
import type { RestoreFlags } from "../criu/option.ts";
import { handedNamespaces, restore_log, restoreOptions } from "../criu/restore.ts";
import { WrunError } from "../error.ts";
import {
  type CriuProgram,
  type RestoreProgram,
  restoreProgram,
  restoreRoot,
} from "../launch/criu.ts";
import { how_default } from "../launch/launch.ts";
import { readJson } from "../spec/json.ts";
import { rootPath } from "../state/directory.ts";
import { openExit } from "../state/exit.ts";
import { identify } from "../state/record.ts";
import type { Container, Running } from "./container.ts";
import { givenFds, places } from "./given.ts";
import { openMountMaps } from "./mount-map.ts";
import { moveDevices, raiseLoopbackOf } from "./network.ts";
import { writePidFile } from "./pid-file.ts";
import { launchOf, type Prepared } from "./prepare.ts";
import { enterRdt } from "./rdt.ts";
import { startScope } from "./scope.ts";
import type { Streams } from "./stream.ts";

/** The program of a container that is restored in the place of that of one that is launched. */
export function planRestore(
  prepared: Prepared,
  criu: CriuProgram,
  { imagePath: images, workPath: work }: RestoreFlags,
): RestoreProgram {
  const handed = handedNamespaces(prepared.decisions).length;
  return restoreProgram(launchOf(prepared), criu, rootPath(), { images, work }, handed);
}

export interface Restoring {
  asked: RestoreFlags;
  plan: RestoreProgram;
  /** Does the container live on without this process? */
  detached: boolean;
  /** Where the master of its terminal goes; without it, to the caller. */
  console: Fd | undefined;
}

/** Resolves when the processes run. Rejects with ERR_CRIU, ERR_HOOK and what a launch is refused for. */
export async function restoreContainer(
  container: Container,
  restoring: Restoring,
  streams: Streams,
  abort: AbortSignal,
): Promise<Running> {
  const { asked, plan } = restoring;
  const { spec, facts, decisions, request, program } = container.prepared;
  const descriptors = readDescriptors(asked.imagePath);
  await using _scope = await startScope(container.prepared);
  const made = container.makeCgroups(false);
  const { keeper } = request.how;
  const at = plan.descriptors;
  const idMaps = await openMountMaps(decisions.idMappedMounts, facts, abort);
  const namespaces: Fd[] = [];
  using exit = keeper ? openExit(container.directory) : undefined;
  const progress = new Progress(container, restoring, made, abort);
  try {
    for (const { path } of handedNamespaces(decisions)) namespaces.push(openNamespace(path));
    const how = { ...how_default, keeper };
    const prepared = { ...container.prepared, request: { ...request, how } };
    const given = { entries: made.cgroups.entries, idMaps, exit };
    const handed = namespaces.map(({ number }, i): [number, number] => [number, at.handed + i]);
    const options = restoreOptions(
      {
        spec,
        decisions,
        facts,
        root: restoreRoot(rootPath()),
        externals: plan.externals,
        descriptors,
        at,
      },
      asked,
    );
    const start = {
      bytes: encode(program, facts.arch),
      report_fd: program.report_fd,
      keeper,
      console: places(prepared).console,
      fds: [...givenFds(prepared, streams, given), ...handed],
    };
    const request_bytes = requestBytes("restore", options);
    const response = await keepingHierarchy(() => askCriu(start, request_bytes, progress, abort));
    if (response?.success) return progress.running();
    const log = join(asked.workPath ?? asked.imagePath, restore_log);
    throw criuFailed(`restore the container \`${request.id}\``, response, log);
  } catch (error) {
    progress.close();
    throw error;
  } finally {
    for (const fd of [...idMaps, ...namespaces]) fd.close();
    streams.handOver();
  }
}

/** What wrun does at the places where CRIU tells how far it is. */
class Progress {
  readonly #container: Container;
  readonly #restoring: Restoring;
  readonly #made: ReturnType<Container["makeCgroups"]>;
  readonly #abort: AbortSignal;
  #first = 0;
  #pid = 0;
  #pidfd: Fd | undefined;
  #terminal: Fd | undefined;

  constructor(
    container: Container,
    restoring: Restoring,
    made: ReturnType<Container["makeCgroups"]>,
    abort: AbortSignal,
  ) {
    this.#container = container;
    this.#restoring = restoring;
    this.#made = made;
    this.#abort = abort;
  }

  started(pid: number): void {
    this.#first = pid;
  }

  async told(script: string, pid: number, fd: Fd | undefined): Promise<void> {
    if (script === "setup-namespaces") await this.#setUp(pid);
    if (script === "orphan-pts-master" && fd) this.#takeMaster(fd);
    if (script === "post-restore") this.#restored(pid);
  }

  failed(index: number, errno: number, pid: number): Error {
    return this.#container.explain(index, errno, pid);
  }

  running(): Running {
    const [pidfd, terminal] = [this.#pidfd, this.#terminal];
    if (!pidfd) throw new RangeError("CRIU has restored a container and not told its pid");
    return { pid: this.#pid, pidfd, ...(terminal && { terminal }) };
  }

  close(): void {
    this.#pidfd?.[Symbol.dispose]();
    this.#terminal?.[Symbol.dispose]();
  }

  /** The first process and its namespaces are there, and nothing else yet. */
  async #setUp(pid: number): Promise<void> {
    const { spec, facts, decisions } = this.#container.prepared;
    const isOwn = decisions.namespaces.decisions.some(
      ({ kind, action }) => kind === "network" && action === "create",
    );
    if (isOwn) await raiseLoopbackOf(pid, facts);
    await moveDevices(spec.linux?.netDevices, pid, facts);
    await this.#container.hooksOfCreate(pid, this.#abort);
  }

  #takeMaster(master: Fd): void {
    const { console } = this.#restoring;
    if (console) sendFds(console, Buffer.from("m"), [master]);
    else this.#terminal = duplicate(master.number);
  }

  /** All is there, and stands still. */
  #restored(pid: number): void {
    const { cgroups, state, record } = this.#made;
    const { spec, request } = this.#container.prepared;
    this.#pid = pid;
    this.#pidfd = pidfdOpen(pid);
    cgroups.limitLate();
    const [cgroup] = cgroups.directories;
    if (record.rdt)
      for (const each of cgroup ? allProcesses(cgroup) : [pid]) enterRdt(record.rdt, each);
    record.process = identify(pid);
    if (request.how.keeper) record.keeper = identify(this.#first);
    record.status = "running";
    if (this.#restoring.detached) record.owner = "detached";
    record.hooks = { poststart: [], poststop: spec.hooks?.poststop ?? [] };
    state.write(record);
    writePidFile(request.pidFile, pid);
  }
}

function readDescriptors(imagePath: string): readonly unknown[] {
  const path = join(imagePath, descriptors_file);
  try {
    const value = readJson(readFileSync(path), path);
    if (Array.isArray(value)) return value;
    throw new WrunError({ code: "ERR_CRIU", message: `\`${path}\` is no list of files`, path });
  } catch (cause) {
    if (cause instanceof WrunError) throw cause;
    const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
    throw new WrunError({
      code: "ERR_CRIU",
      message: `there is no checkpoint in \`${imagePath}\`: ${errno}`,
      hint: "`--image-path` is the directory that `wrun checkpoint` has filled",
      errno,
      path,
      cause,
    });
  }
}

function openNamespace(path: string): Fd {
  try {
    return openat2(cwd, path, open_flags.read);
  } catch (cause) {
    const { errno = "EIO" } = cause as { errno?: string };
    const message = `cannot join the namespace \`${path}\`: ${errno}`;
    throw new WrunError({ code: "ERR_NAMESPACE", message, errno, path, cause });
  }
}
