import type { CapabilitySet, Mount, Process, Resources, Rlimit, Spec } from "../spec/types.ts";
import type { Options } from "./option.ts";

/** --cap-add and --cap-drop over a list (the policy engine's `capabilities.adjust`); without a base, over its default. */
export type AdjustCapabilities = (
  base: readonly string[] | undefined,
  add: readonly string[],
  drop: readonly string[],
) => string[];

/** Applies the options that are not about namespaces over a spec, which stays as it is. */
export function applyOptions(spec: Spec, options: Options, adjust: AdjustCapabilities): Spec {
  const { hostname, readOnly } = options;
  const mounts = applyMounts(spec.mounts ?? [], options);
  const rlimits = applyRlimits(spec.process?.rlimits, options.ulimits);
  const process: Process = {
    cwd: "/",
    ...spec.process,
    ...(options.args?.length && { args: options.args }),
    ...(options.workdir !== undefined && { cwd: options.workdir }),
    ...(options.tty !== undefined && { terminal: options.tty }),
    ...(options.env && { env: applyEnv(spec.process?.env ?? [], options.env) }),
    ...(options.noNewPrivileges !== undefined && { noNewPrivileges: options.noNewPrivileges }),
    ...(rlimits && { rlimits }),
    ...applyCapabilities(spec.process, options, adjust),
  };
  return {
    ...spec,
    ...(hostname !== undefined && { hostname }),
    ...(spec.root && {
      root: { ...spec.root, ...(readOnly !== undefined && { readonly: readOnly }) },
    }),
    mounts,
    process,
    linux: { ...spec.linux, ...applyResources(spec.linux?.resources, options) },
  };
}

/** A volume or tmpfs takes the place of what is mounted at the same destination; new ones come last, in order. */
function applyMounts(mounts: readonly Mount[], options: Options): Mount[] {
  const added = [...(options.tmpfs ?? []), ...(options.volumes ?? [])];
  const covered = new Set(added.map((mount) => mount.destination));
  return [...mounts.filter((mount) => !covered.has(mount.destination)), ...added];
}

function applyEnv(env: readonly string[], added: ReadonlyMap<string, string>): string[] {
  const kept = env.filter((entry) => !added.has(entry.slice(0, entry.indexOf("="))));
  return [...kept, ...[...added].map(([name, value]) => `${name}=${value}`)];
}

/** Two of a type in the spec are both kept: that is an error, which the policy engine tells (config.md#posix-process). */
function applyRlimits(
  limits: readonly Rlimit[] = [],
  added: readonly Rlimit[] = [],
): Rlimit[] | undefined {
  const given = new Map(added.map((limit) => [limit.type, limit]));
  const all = [...limits.filter(({ type }) => !given.has(type)), ...given.values()];
  return all.length > 0 ? all : undefined;
}

/** What is added goes into the sets that a program starts with; what is dropped leaves every set. */
function applyCapabilities(
  process: Process | undefined,
  { capAdd = [], capDrop = [] }: Options,
  adjust: AdjustCapabilities,
): Pick<Process, "capabilities"> {
  const before = process?.capabilities;
  if (capAdd.length + capDrop.length === 0) return before ? { capabilities: before } : {};
  const change = (set: CapabilitySet, add: readonly string[]) => {
    return { [set]: adjust(before?.[set] ?? [], add, capDrop) };
  };
  return {
    capabilities: {
      ...change("bounding", capAdd),
      ...change("effective", capAdd),
      ...change("permitted", capAdd),
      ...(before?.inheritable && change("inheritable", [])),
      ...(before?.ambient && change("ambient", [])),
    },
  };
}

function applyResources(before: Resources = {}, options: Options): { resources?: Resources } {
  const { memory, memorySwap, cpus, cpuShares, cpusetCpus, pidsLimit } = options;
  const resources: Resources = {
    ...before,
    ...((memory ?? memorySwap) !== undefined && {
      memory: {
        ...before.memory,
        ...(memory !== undefined && { limit: memory }),
        ...(memorySwap !== undefined && { swap: memorySwap }),
      },
    }),
    ...((cpus ?? cpuShares ?? cpusetCpus) !== undefined && {
      cpu: {
        ...before.cpu,
        ...cpus,
        ...(cpuShares !== undefined && { shares: cpuShares }),
        ...(cpusetCpus !== undefined && { cpus: cpusetCpus }),
      },
    }),
    ...(pidsLimit !== undefined && { pids: { limit: pidsLimit } }),
  };
  return Object.keys(resources).length > 0 ? { resources } : {};
}
