import { WrunError } from "../error.ts";
import { sysBindAll } from "../spec/table-default.ts";
import type { IdMapping, Linux, NamespaceType, Spec } from "../spec/types.ts";
import type { Options } from "./option.ts";
import type { Userns } from "./userns.ts";
import { auto_size } from "./userns.ts";

export interface Caller {
  uid: number;
  gid: number;
  /** CapEff. */
  effective: bigint;
}

const cap_sys_admin = 1n << 21n;

/** The ids that the caller's own have inside; undefined: the same. */
export interface KeptIds {
  uid: number | undefined;
  gid: number | undefined;
}

/** Applies `network`, `userns`, `uidMap` and `gidMap`. `idSize` is how many ids an automatic map has. */
export function applyNamespaces(
  spec: Spec,
  options: Options,
  caller: Caller,
): { spec: Spec; idSize: number; keep: KeptIds | undefined } {
  const userns = usernsOf(spec, options, caller);
  const linux = applyUserns(
    applyNetwork(spec.linux ?? {}, options.network),
    userns,
    options,
    caller,
  );
  const keep = userns?.kind === "keep" ? { uid: userns.uid, gid: userns.gid } : undefined;
  const idSize = userns?.kind === "auto" || userns?.kind === "keep" ? userns.size : auto_size;
  return { spec: { ...spec, linux, mounts: mountsFor(spec, linux) }, idSize, keep };
}

/** Without CAP_SYS_ADMIN no other namespace can be made but below a user namespace of its own: so it is the default. */
function usernsOf(spec: Spec, options: Options, caller: Caller): Userns | undefined {
  const { userns, uidMap, gidMap } = options;
  const mapped = uidMap !== undefined || gidMap !== undefined;
  if (mapped && userns !== undefined) {
    throw new WrunError({
      code: "ERR_USAGE",
      message: "`userns` and an id map contradict each other",
      hint: "`uidMap` and `gidMap` make a user namespace by themselves",
    });
  }
  if (userns || mapped) return userns;
  const has = spec.linux?.namespaces?.some(({ type }) => type === "user");
  return has || caller.effective & cap_sys_admin ? undefined : { kind: "auto", size: auto_size };
}

function applyNetwork(linux: Linux, network: Options["network"]): Linux {
  if (network === undefined) return linux;
  return { ...linux, namespaces: replace(linux, "network", network === "none" ? {} : undefined) };
}

function applyUserns(
  linux: Linux,
  userns: Userns | undefined,
  { uidMap, gidMap }: Options,
  caller: Caller,
): Linux {
  const map = (uids: IdMapping[], gids: IdMapping[]): Linux => ({
    ...linux,
    namespaces: replace(linux, "user", {}),
    uidMappings: uids,
    gidMappings: gids,
  });
  const given = uidMap ?? gidMap;
  if (given) return map(uidMap ?? given, gidMap ?? given);
  if (userns === undefined) return linux;
  const { uidMappings: _uids, gidMappings: _gids, ...bare } = linux;
  switch (userns.kind) {
    case "host":
      return { ...bare, namespaces: replace(linux, "user", undefined) };
    case "auto":
    case "keep":
      return { ...bare, namespaces: replace(linux, "user", {}) };
    case "join":
      return { ...bare, namespaces: replace(linux, "user", { path: userns.path }) };
    case "own":
      return map([own(caller.uid)], [own(caller.gid)]);
  }
}

const own = (hostID: number): IdMapping => ({ containerID: 0, hostID, size: 1 });

function replace(linux: Linux, type: NamespaceType, entry: { path?: string } | undefined) {
  const others = (linux.namespaces ?? []).filter((other) => other.type !== type);
  return entry ? [...others, { type, ...entry }] : others;
}

/** A new sysfs needs a network namespace that the container's user namespace owns; else the host's /sys is bound. */
function mountsFor(spec: Spec, linux: Linux): Spec["mounts"] {
  const has = (type: NamespaceType) => linux.namespaces?.some((entry) => entry.type === type);
  if (has("network") || !has("user")) return spec.mounts;
  return spec.mounts?.map((mount) => {
    return mount.destination === "/sys" && mount.type === "sysfs" ? sysBindAll : mount;
  });
}
