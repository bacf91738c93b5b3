/** Saves a container's processes as files, by CRIU. */
import { mkdirSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { encode } from "../../shim/program/encode.ts";
import { askCriu, findCriu } from "../criu/conversation.ts";
import { describe, descriptors_file } from "../criu/descriptor.ts";
import { type Dump, dump_log, dumpOptions } from "../criu/dump.ts";
import { criuFailed } from "../criu/error.ts";
import { externalMounts } from "../criu/external.ts";
import { keepingHierarchy } from "../criu/hierarchy.ts";
import { foundIn, mountsOf, namespaceInodes, standardFiles } from "../criu/look.ts";
import { requestBytes } from "../criu/message.ts";
import type { CheckpointOptions } from "../criu/option.ts";
import { explainFailure } from "../diagnose/failure.ts";
import { WrunError } from "../error.ts";
import { dump_console_fd, dumpProgram } from "../launch/criu.ts";
import { devicesOf } from "../launch/device.ts";
import { policy } from "../policy/policy.ts";
import { probeHost } from "../run/prepare.ts";
import { Streams } from "../run/stream.ts";
import { holdSignals } from "../signals/hold.ts";
import type { Spec } from "../spec/types.ts";
import { ContainerState, directoryOf, exists } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { takeAway } from "../state/remove.ts";
import { readSpec } from "../state/spec.ts";
import { notFound, wrongState } from "./error.ts";
import { statusOf } from "./status.ts";

/**
 * Saves a container that runs, or is paused, into a directory of images. Afterwards it is gone, as under runc and crun,
 * so that `restore` can bring it back under the same id; with `leaveRunning` or `preDump` it goes on.
 *
 * Rejects with ERR_NOT_FOUND, with ERR_STATE_WRONG for a container that does not run, with ERR_CONFIG_UNSUPPORTED for one
 * that cannot be saved, and with ERR_CRIU; then it goes on.
 */
export async function checkpoint(
  id: string,
  asked: CheckpointOptions,
  internals: { holdSignals?: boolean } = {},
): Promise<void> {
  const hold = internals.holdSignals ? holdSignals() : undefined;
  const abort = hold?.signal ?? new AbortController().signal;
  const detached = ContainerState.peek(id)?.owner === "detached";
  const state = detached ? await ContainerState.hold(id) : null;
  try {
    const record = running(id, state);
    await dump(record, asked, abort);
    if (asked.leaveRunning || asked.preDump) return;
    if (state) await takeAway(state, record);
    else await gone(id);
  } finally {
    state?.release();
    hold?.release();
  }
}

function running(id: string, state: ContainerState | null): StateRecord {
  const record = state ? state.read() : ContainerState.peek(id);
  const directory = directoryOf(id);
  if (record === null || directory === null) throw notFound(id);
  const status = statusOf(directory, record, state !== null);
  if (status !== "running" && status !== "paused")
    throw wrongState(id, `cannot checkpoint a container that is ${status}`);
  return record;
}

/** Its own wrun takes it away. */
async function gone(id: string): Promise<void> {
  for (let waited_ms = 0; exists(id); waited_ms += pause_ms) {
    if (waited_ms >= wait_ms_max)
      throw wrongState(id, "the container was saved, and its wrun does not take it away");
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

const wait_ms_max = 10_000;
const pause_ms = 20;

async function dump(
  record: StateRecord,
  asked: CheckpointOptions,
  abort: AbortSignal,
): Promise<void> {
  const criu = findCriu();
  const spec = readSpec(directoryOf(record.id) ?? "");
  checkRoot(record);
  makeDirectories(asked);
  const { imagePath: images, workPath: work } = asked;
  const { program, descriptors: at } = dumpProgram(criu, { images, work });
  const seen = look(record, spec, at);
  if (!asked.preDump)
    writeFileSync(join(asked.imagePath, descriptors_file), JSON.stringify(seen.descriptors), {
      mode: 0o600,
    });
  const facts = probeHost();
  // After a pre-dump CRIU waits for another one, and complains that none comes.
  const stderr = asked.preDump ? "ignore" : "inherit";
  const streams = await Streams.open({ stdin: "ignore", stdout: "ignore", stderr });
  const fds = streams.numbers.map((number, i): [number, number] => [number, i]);
  const bytes = encode(program, facts.arch);
  const start = { bytes, report_fd: undefined, keeper: false, console: dump_console_fd, fds };
  const request = requestBytes(asked.preDump ? "preDump" : "dump", dumpOptions(seen, asked));
  const listener = {
    started: () => streams.handOver(),
    told: (script: string) => {
      if (script === "status-ready" && asked.statusFd !== undefined)
        writeSync(asked.statusFd, "\0");
    },
    failed: (index: number, errno: number, pid: number) =>
      explainFailure({ program, spec, facts, rootfs: record.rootfs, index, errno, pid }),
  };
  const response = await keepingHierarchy(() => askCriu(start, request, listener, abort));
  if (response?.success) return;
  const log = join(asked.workPath ?? asked.imagePath, dump_log);
  throw criuFailed(`checkpoint the container \`${record.id}\``, response, log);
}

/** The upper layer of a host's root is in memory, and of a file system that CRIU does not save. */
function checkRoot({ id, rootfs }: StateRecord): void {
  if (rootfs !== "") return;
  throw new WrunError({
    code: "ERR_CONFIG_UNSUPPORTED",
    message: `cannot checkpoint the container \`${id}\`: its root is the host's under a layer in memory`,
    hint: "a container with a root file system of its own can be saved: `--rootfs DIR`, or a bundle",
  });
}

function makeDirectories({ imagePath, workPath, parentPath }: CheckpointOptions): void {
  for (const path of [imagePath, workPath]) {
    if (path === undefined) continue;
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (cause) {
      const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
      const message = `cannot make the directory \`${path}\`: ${errno}`;
      throw new WrunError({ code: "ERR_CRIU", message, errno, path, cause });
    }
  }
  if (parentPath === undefined) return;
  const path = join(imagePath, parentPath);
  if (!parentPath.startsWith("/") && statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return;
  throw new WrunError({
    code: "ERR_USAGE",
    message: `\`parentPath\` is \`${parentPath}\`, which leads to no directory from that of the images`,
    hint: "it is relative to the images, such as `../before`",
    path,
  });
}

function look(record: StateRecord, spec: Spec, at: Dump["at"]): Dump {
  const pid = record.process?.pid ?? 0;
  const mounts = mountsOf(pid);
  const { rootfs, namespaces, freezer } = record;
  const binds = policy().mounts.decide((spec.mounts ?? []).map(({ options = [] }) => options));
  return {
    at,
    pid,
    spec,
    namespaces,
    inodes: namespaceInodes(pid),
    rootfs,
    freezer: freezer === "" ? "" : dirname(freezer),
    mounts: externalMounts({
      spec,
      binds: binds.map(({ bind }) => bind),
      devices: devicesOf(spec).map(({ path }) => path),
      ownCgroupNamespace: namespaces.some((n) => n.type === "cgroup" && n.action === "create"),
      found: foundIn(pid, mounts),
      mounts,
    }),
    descriptors: describe(standardFiles(pid), new Set(mounts.map(({ id }) => id))),
  };
}
