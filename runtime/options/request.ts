import { resolve } from "node:path";
import type { Facts } from "../../shim/facts/types.ts";
import { WrunError } from "../error.ts";
import { type How, how_default } from "../launch/launch.ts";
import type { Bundle } from "../spec/bundle.ts";
import { readBundle } from "../spec/bundle.ts";
import { randomName } from "../spec/name.ts";
import { quote } from "../spec/quote.ts";
import { runSpec } from "../spec/run.ts";
import type { Spec } from "../spec/types.ts";
import { busOf, managerCgroup } from "../systemd/manager.ts";
import { type Unit, unitOf } from "../systemd/unit.ts";
import type { AdjustCapabilities } from "./apply.ts";
import { applyOptions } from "./apply.ts";
import { applyNamespaces, type KeptIds } from "./namespaces.ts";
import type { Options } from "./option.ts";
import { readOptions } from "./option.ts";
import { applySeccomp, isWord } from "./seccomp.ts";
import type { RunOptions, Stream } from "./types.ts";

/** What was asked for, complete: nothing in it depends on a default any more. */
export interface Request {
  id: string;
  spec: Spec;
  rootfs: { kind: "host-overlay" } | { kind: "directory"; path: string };
  /** Absolute; "" without one. */
  bundle: string;
  /** `USER[:GROUP]` to look up in the container's files (spec/user.ts); undefined leaves spec.process.user as it is. */
  user: string | undefined;
  /** How many ids an automatic map has (policy: id-maps.automatic). */
  idSize: number;
  /** The caller's own ids are mapped to these, or to the same (policy: id-maps.keep); undefined: an automatic map. */
  keep: KeptIds | undefined;
  /** Wrun's own filter, where the spec has none. */
  defaultSeccomp: boolean;
  how: How;
  /** The unit that systemd makes for it; undefined: wrun makes the cgroup. */
  unit?: Unit | undefined;
  /** Absolute. */
  pidFile: string | undefined;
  /** Of this process, for the program from 3 on. */
  fds: readonly number[];
  notify: boolean;
  interactive: boolean;
  stdin: Stream;
  stdout: Stream;
  stderr: Stream;
  signal: AbortSignal | undefined;
  killAfter_ms: number;
  maxBuffer_bytes: number;
  reject: boolean;
}

/** What a request depends on besides the options. */
export interface RequestHost {
  facts: Pick<Facts, "user" | "userNamespaces" | "cpus" | "cgroup" | "rlimits" | "arch" | "kernel">;
  /** The caller's working directory and its TERM. */
  cwd: string;
  term: string | undefined;
  capabilities: AdjustCapabilities;
}

/**
 * Options as a request: a bundle's spec with the options over it, or a spec built from the options alone.
 *
 * Throws ERR_USAGE, ERR_ID_INVALID, ERR_HOSTNAME, and what readBundle throws.
 */
export function request(given: RunOptions, host: RequestHost, how: Partial<How> = {}): Request {
  const options = asSelf(resolvePaths(readOptions(given), host.cwd), host);
  const bundle = options.bundle === undefined ? undefined : readBundle(options.bundle);
  const id = options.name ?? randomName();
  const base = bundle?.spec ?? baseSpec(id, options, host);
  const applied = applyOptions(base, withSwap(options, host), host.capabilities);
  const { spec, idSize, keep } = applyNamespaces(
    applySeccomp(applied, options.seccomp, host.facts),
    options,
    host.facts.user,
  );
  const unit = options.cgroupManager === "systemd" ? systemdUnit(spec, id, host) : undefined;
  return {
    id,
    spec: unit ? { ...spec, linux: { ...spec.linux, cgroupsPath: unit.path } } : spec,
    unit,
    rootfs: rootfsOf(options, bundle),
    bundle: bundle?.directory ?? "",
    user: options.user,
    idSize,
    keep,
    defaultSeccomp: (options.seccomp ?? (bundle ? "" : "default")) === "default",
    how: {
      ...how_default,
      ...how,
      preserved: options.fds?.length ?? 0,
      ...(options.pivot !== undefined && { pivot: options.pivot }),
      ...(options.newKeyring !== undefined && { ownKeyring: options.newKeyring }),
      attached: unit?.bus === "user",
    },
    pidFile: options.pidFile,
    fds: options.fds ?? [],
    notify: options.notify ?? false,
    interactive: options.interactive ?? false,
    stdin: options.stdin ?? "ignore",
    stdout: options.stdout ?? "pipe",
    stderr: options.stderr ?? "pipe",
    signal: options.signal,
    killAfter_ms: options.killAfter_ms ?? 5000,
    maxBuffer_bytes: options.maxBuffer_bytes ?? 16 << 20,
    reject: options.reject ?? true,
  };
}

function systemdUnit(spec: Spec, id: string, { facts }: RequestHost): Unit {
  const bus = busOf(facts);
  const path = spec.linux?.cgroupsPath ?? "";
  try {
    return unitOf(path, id, bus, bus === "user" ? managerCgroup(facts) : "");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WrunError({
      code: "ERR_CGROUP",
      message: `cgroupsPath ${quote(path)} is not for systemd: ${error.message}`,
      hint: "it is `slice:prefix:name`, such as system.slice:wrun:web",
      pointer: "/linux/cgroupsPath",
      cause: error,
    });
  }
}

function resolvePaths(options: Options, cwd: string): Options {
  const { bundle, rootfs, volumes, seccomp, pidFile } = options;
  const isFile = seccomp !== undefined && !isWord(seccomp);
  return {
    ...options,
    ...(isFile && { seccomp: resolve(cwd, seccomp) }),
    ...(bundle !== undefined && { bundle: resolve(cwd, bundle) }),
    ...(pidFile !== undefined && { pidFile: resolve(cwd, pidFile) }),
    ...(rootfs !== undefined && { rootfs: resolve(cwd, rootfs) }),
    ...(volumes && {
      volumes: volumes.map((v) => ({ ...v, source: resolve(cwd, v.source ?? "") })),
    }),
  };
}

/** Whoever keeps his id means to be himself inside, where no bundle says otherwise. */
function asSelf(options: Options, { facts }: RequestHost): Options {
  const { userns, user, bundle } = options;
  if (userns?.kind !== "keep" || user !== undefined || bundle !== undefined) return options;
  const { uid = facts.user.uid, gid = facts.user.gid } = userns;
  return { ...options, user: `${uid}:${gid}` };
}

function baseSpec(id: string, options: Options, host: RequestHost): Spec {
  const { facts } = host;
  const spec = runSpec({
    hostname: id.slice(0, 64),
    capabilities: host.capabilities(undefined, [], []),
    cpus: facts.cpus,
    tty: hasTtyGroup(options, facts.user.uid),
    nofile: nofile(facts.rlimits),
  });
  const { process } = spec;
  const env = [
    ...(process?.env ?? []),
    ...(options.tty ? [`TERM=${host.term || "xterm"}`] : []),
    // Of another user the home is looked up with the user.
    ...(options.user === undefined ? ["HOME=/root"] : []),
  ];
  return { ...spec, process: { cwd: "/", ...process, env } };
}

/** Where an id map leaves out the group 5, gid=5 would make the mount of devpts fail (EINVAL). */
function hasTtyGroup({ userns, uidMap, gidMap }: Options, uid: number): boolean {
  const gids = gidMap ?? uidMap;
  if (gids) return gids.some((map) => map.containerID <= 5 && 5 < map.containerID + map.size);
  if (userns?.kind === "auto") return uid === 0 && userns.size > 5;
  return uid === 0 && userns?.kind !== "own";
}

/** Node raises its own soft limit to the hard one when it starts; programs that use select(2) want 1024. */
function nofile(rlimits: Facts["rlimits"]): { soft: number; hard: number } {
  const hard = rlimits.RLIMIT_NOFILE?.hard ?? 1024;
  return { soft: hard === -1 ? 1024 : Math.min(1024, hard), hard };
}

/** A memory limit that swap makes soft is not what was asked for; where swap cannot be limited, there is no choice. */
function withSwap(options: Options, { facts }: RequestHost): Options {
  const { memory, memorySwap } = options;
  if (memory === undefined || memorySwap !== undefined || !facts.cgroup.swap) return options;
  return { ...options, memorySwap: memory };
}

function rootfsOf(options: Options, bundle: Bundle | undefined): Request["rootfs"] {
  const path = options.rootfs ?? bundle?.rootfs;
  return path === undefined ? { kind: "host-overlay" } : { kind: "directory", path };
}
