/** Launches on hosts that nobody has at hand: what the programs of test/launch are built from. */

import { mountMaps } from "../../runtime/launch/id-map.ts";
import { type How, how_default, type Launch, type Rootfs } from "../../runtime/launch/launch.ts";
import { buildProgram } from "../../runtime/launch/program.ts";
import { decide } from "../../runtime/policy/decide.ts";
import type { Linux, NamespaceType, Process, Spec } from "../../runtime/spec/types.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import type { Facts, Hierarchy } from "../../shim/facts/types.ts";
import type { ListedFile } from "../../shim/file-list.ts";
import type { Program } from "../../shim/program/program.ts";
import { ordinary, workstation } from "../doctor/hosts.ts";

/** As few capabilities as make a bounding set worth dropping from, so that programs stay short. */
const few = { lastCapability: 7 };

/** root, cgroup v2. */
export const root: Facts = { ...workstation.facts, ...few };

/** An ordinary user with ranges of ids. */
export const ranges: Facts = { ...ordinary.facts, ...few };

/** An ordinary user with its own id alone. */
export const single: Facts = {
  ...ranges,
  subordinate: { uids: [], gids: [], newuidmap: null, newgidmap: null },
};

/** The same, where not even cgroups are to be had. */
export const noCgroup: Facts = {
  ...single,
  cgroup: { version: "none", hierarchies: [], swap: false, features: no_features },
};

function v1(mount: string, controllers: string[], name = ""): Hierarchy {
  const path = `/sys/fs/cgroup/${mount}`;
  return { unified: false, controllers, mount: path, own: "/", name, writable: "root" };
}

/** root on a Raspberry Pi OS of old: arm64, cgroup v1. */
export const pi: Facts = {
  ...root,
  arch: "arm64",
  cgroup: {
    version: "v1",
    hierarchies: [
      v1("cpu,cpuacct", ["cpu", "cpuacct"]),
      v1("devices", ["devices"]),
      v1("systemd", [], "systemd"),
    ],
    swap: false,
    features: no_features,
  },
};

export const list = (...types: NamespaceType[]) => types.map((type) => ({ type }));

const process: Process = { cwd: "/", args: ["/bin/app", "-v"], env: ["LANG=C"] };

/** What the other specs of the tests are made from: a program in namespaces, with a /proc. */
export const base: Spec = {
  ociVersion: "1.0.2",
  process,
  root: { path: "rootfs" },
  mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
  linux: { namespaces: list("pid", "mount", "ipc", "uts") },
};

export function withProcess(more: Partial<Process>): Spec {
  return { ...base, process: { ...process, ...more } };
}

export function withLinux(more: Linux): Spec {
  return { ...base, linux: { ...base.linux, ...more } };
}

export const withUser = (spec: Spec): Spec => ({
  ...spec,
  linux: {
    ...spec.linux,
    namespaces: [...(spec.linux?.namespaces ?? []), { type: "user" }],
  },
});

export const directory: Rootfs = { kind: "directory", path: "/srv/rootfs" };

const file = { mode: 0o755, uid: 0, gid: 0, link: "" };

/** What every mount with tmpcopyup finds. */
const covered: ListedFile[] = [
  { ...file, path: ".", type: "directory" },
  { ...file, path: "etc", type: "directory", mode: 0o1777, uid: 7 },
  { ...file, path: "etc/passwd", type: "file", mode: 0o644, gid: 5 },
  { ...file, path: "link", type: "symlink", link: "etc" },
  { ...file, path: "pipe", type: "fifo" },
];

function copiesOf(mounts: Launch["decisions"]["mounts"]): Launch["copies"] {
  return new Map(mounts.flatMap(({ tmpcopyup }, i) => (tmpcopyup ? [[i, covered]] : [])));
}

/** Throws WrunError when the policy engine has a problem with it. */
export function launchOf(
  spec: Spec,
  facts: Facts = root,
  rootfs: Rootfs = directory,
  how: Partial<How> = {},
): Launch {
  const decisions = decide({ spec, facts, id: "box" });
  const cgroups = decisions.cgroups.places.length;
  const idMaps = mountMaps(decisions.idMappedMounts).length;
  const asked = { ...how_default, ...how };
  const given = { cgroups, idMaps, copies: copiesOf(decisions.mounts), how: asked };
  return { id: "box", spec, rootfs, decisions, facts, ...given };
}

export function programOf(spec: Spec, facts?: Facts, rootfs?: Rootfs, how?: Partial<How>): Program {
  return buildProgram(launchOf(spec, facts, rootfs, how));
}
