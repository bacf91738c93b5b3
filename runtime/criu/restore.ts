/** The options of a restore. */
import type { Facts } from "../../shim/facts/types.ts";
import { WrunError } from "../error.ts";
import type { CriuDescriptors } from "../launch/criu.ts";
import type { Decisions } from "../policy/decide.ts";
import type { NamespaceType, Spec } from "../spec/types.ts";
import { inherited } from "./descriptor.ts";
import { namespaceKeys } from "./dump.ts";
import { commonOptions, type RestoreFlags } from "./option.ts";
import type { CriuOptions } from "./table-field.ts";

export const restore_log = "restore.log";

/** What is restored, and from where. */
export interface Restore {
  spec: Spec;
  decisions: Pick<Decisions, "namespaces" | "cgroups">;
  facts: Facts;
  /** The rootfs as a mount, in sight of CRIU. */
  root: string;
  /** What takes the place of external mounts: the name and the path, in sight of CRIU. */
  externals: readonly { name: string; path: string }[];
  /** What the images have of 0, 1 and 2. */
  descriptors: readonly unknown[];
  /** Those of CRIU; it is handed the namespaces of handedNamespaces(), in that order. */
  at: CriuDescriptors;
}

export function restoreOptions(restore: Restore, asked: RestoreFlags): CriuOptions {
  const { spec, decisions, root, externals, descriptors, at } = restore;
  const handed = handedNamespaces(decisions).map(({ key }, i) => ({ key, fd: at.handed + i }));
  const joinNs = joinedByPath(decisions);
  return {
    imagesDirFd: at.images,
    workDirFd: at.work,
    logFile: restore_log,
    ...commonOptions(asked, spec.annotations),
    root,
    rstSibling: true,
    evasiveDevices: true,
    cgRoot: cgroupRoots(restore),
    external: externals.map(({ name, path }) => `mnt[${name}]:${path}`),
    inheritFd: [...inherited(descriptors), ...handed],
    ...(joinNs.length > 0 && { joinNs }),
    ...(asked.lsmProfile !== undefined && { lsmProfile: asked.lsmProfile }),
    ...(asked.lsmMountContext !== undefined && { lsmMountContext: asked.lsmMountContext }),
  };
}

function joins({ namespaces }: Pick<Decisions, "namespaces">) {
  return namespaces.decisions.filter(({ action }) => action === "join");
}

/** CRIU takes these two as open files. */
export function handedNamespaces(
  decisions: Pick<Decisions, "namespaces">,
): { key: string; path: string }[] {
  return joins(decisions).flatMap(({ kind, path }) => {
    return kind === "network" || kind === "pid" ? [{ key: namespaceKeys[kind], path }] : [];
  });
}

const criu_names: Partial<Record<NamespaceType, string>> = {
  ipc: "ipc",
  uts: "uts",
  time: "time",
  user: "user",
};

/** Throws ERR_CONFIG_UNSUPPORTED for a namespace that CRIU cannot join. */
function joinedByPath(decisions: Pick<Decisions, "namespaces">): { ns: string; nsFile: string }[] {
  return joins(decisions).flatMap(({ kind, path }) => {
    if (kind === "network" || kind === "pid") return [];
    const ns = criu_names[kind as NamespaceType];
    if (ns !== undefined) return [{ ns, nsFile: path }];
    throw new WrunError({
      code: "ERR_CONFIG_UNSUPPORTED",
      message: `CRIU cannot restore a container into the ${kind} namespace \`${path}\``,
      hint: "leave out the path of that namespace",
      pointer: "/linux/namespaces",
    });
  });
}

/** The cgroups that wrun has made take the place of those that the container was dumped in. */
function cgroupRoots({ decisions, facts }: Restore): { ctrl: string; path: string }[] {
  return decisions.cgroups.places.flatMap(({ hierarchy, path }) => {
    const {
      unified = false,
      controllers = [],
      name = "",
    } = facts.cgroup.hierarchies[hierarchy] ?? {};
    const named = name === "" ? [] : [`name=${name}`];
    const all = unified ? [""] : [...controllers, ...named];
    return all.map((ctrl) => ({ ctrl, path }));
  });
}
