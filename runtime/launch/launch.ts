import type { Facts } from "../../shim/facts/types.ts";
import type { ListedFile } from "../../shim/file-list.ts";
import { Builder } from "../../shim/program/builder.ts";
import type { Place, Purpose, Slot } from "../../shim/program/program.ts";
import type { Decisions } from "../policy/decide.ts";
import type { Spec } from "../spec/types.ts";

/** Everything a launch program is made from. Ids in `spec.process.user` are numbers by now. */
export interface Launch {
  id: string;
  spec: Spec;
  rootfs: Rootfs;
  decisions: Decisions;
  facts: Facts;
  /** How many cgroups init gets an entry to. */
  cgroups: number;
  /** How many user namespaces, for mounts with other ids. */
  idMaps: number;
  /** What `tmpcopyup` finds below the mount with this index. */
  copies: ReadonlyMap<number, readonly ListedFile[]>;
  how: How;
}

/** What does not come from the spec, but from who asks for the launch and how. */
export interface How {
  /**
   * What the container's process waits for before it executes the program: its wrun, which leads it all the way, or
   * whoever connects to its socket later, when that wrun is gone (`create` and `start`).
   */
  waitsFor: "wrun" | "start";
  /** How many descriptors from 3 on the program is to have. */
  preserved: number;
  /** False: the root is moved over `/` and not exchanged with it, as the host's is in an initramfs (pivot_root(2)). */
  pivot: boolean;
  /** False: the program shares the session keyring of its caller. */
  ownKeyring: boolean;
  /** Does a process of init's stay and take the exit status? For a container whose wrun goes, and no other parent comes. */
  keeper: boolean;
  /** Is it one more process of a container that is there (`exec`)? */
  isExec: boolean;
  /** The program lives on when its wrun has ended (`exec --detach`). */
  outlives: boolean;
  /** Does systemd put it into its cgroup, at wrun's request? */
  attached: boolean;
}

export const how_default: How = {
  waitsFor: "wrun",
  preserved: 0,
  pivot: true,
  ownKeyring: true,
  keeper: false,
  outlives: false,
  isExec: false,
  attached: false,
};

/** Where the container's `/` comes from. */
export type Rootfs =
  | { kind: "directory"; path: string }
  /** The host's own `/` below a throw-away upper layer. */
  | { kind: "host-overlay" };

/** Descriptors of init from its start; 3 is the program. */
export interface Descriptors {
  /** What the program is to have as 3. Those from 4 on are in their places already. */
  third: number;
  report: number;
  /** Where the master of a terminal goes. */
  console: number;
  /** The entry to the first cgroup, and so on (launch/cgroup-entry.ts). */
  cgroups: number;
  /** The first of the user namespaces whose ids mounts show, and so on. */
  idMaps: number;
  /** The socket that `start` connects to, -1 without one. */
  start: number;
  /** For hooks in the container: the state that they read, and what takes their output; -1 without any. */
  hookCreating: number;
  hookCreated: number;
  hookOutput: number;
  /** The socket of the listener of system calls, -1 without one, and where its message comes from. */
  listener: number;
  listenerMessage: number;
  /** The file that the keeper writes to, -1 without one. */
  exit: number;
  last: number;
}

/** What is open in the container until its program runs, in new places from `closeFiles` on. */
export type Kept = Pick<Descriptors, "start" | "listener" | "hookCreated" | "hookOutput">;

export function descriptors({
  cgroups,
  idMaps,
  how,
  spec,
}: Pick<Launch, "cgroups" | "idMaps" | "how" | "spec">): Descriptors & { kept: Kept } {
  const third = 3 + how.preserved;
  const first = third + 3 + cgroups + idMaps;
  const given = keptFrom(first, how, spec);
  let next = first + Object.values(given).filter((fd) => fd >= 0).length;
  const place = (is: boolean): number => (is ? next++ : -1);
  return {
    third,
    report: third + 1,
    console: third + 2,
    cgroups: third + 3,
    idMaps: third + 3 + cgroups,
    ...given,
    listenerMessage: place(given.listener >= 0),
    hookCreating: place(given.hookCreated >= 0),
    exit: place(how.keeper),
    last: next - 1,
    kept: keptFrom(third + 2, how, spec),
  };
}

function keptFrom(first: number, how: How, spec: Spec): Kept {
  let next = first;
  const place = (is: boolean): number => (is ? next++ : -1);
  const inner = hasInnerHooks(spec);
  return {
    start: place(how.waitsFor === "start"),
    listener: place(hasListener(spec)),
    hookCreated: place(inner),
    hookOutput: place(inner),
  };
}

/** Is there a rule of the filter that asks somebody (seccomp_unotify(2))? */
export function hasListener({ linux }: Spec): boolean {
  return (linux?.seccomp?.syscalls ?? []).some(({ action }) => action === "SCMP_ACT_NOTIFY");
}

/** Does init run hooks, those in the container's namespaces? */
export function hasInnerHooks({ hooks = {} }: Spec): boolean {
  return [hooks.createContainer, hooks.startContainer].some((list) => list?.length);
}

/** Are there hooks between the mounts and the pivot, by wrun or by init? */
export function hasCreateHooks({ hooks = {} }: Spec): boolean {
  return [hooks.prestart, hooks.createRuntime, hooks.createContainer].some((list) => list?.length);
}

/**
 * What the topics of one launch share while the program is written: the builder and the slots.
 *
 * A program has two processes. The first has the rights of wrun on the host: it joins, opens, unshares and clones.
 * The second is the container's first process: it mounts, drops its rights and is replaced by the user's program.
 */
export class Scene {
  readonly program = new Builder();
  readonly launch: Launch;
  readonly fds: ReturnType<typeof descriptors>;
  /** The container's root, as a mount that can be reached by this fd alone. */
  readonly root: Slot = this.program.slot();
  /** An empty read-only directory, for masked ones. */
  readonly empty: Slot = this.program.slot();
  /** Used and closed again within a step of the topic at hand. */
  readonly target: Slot = this.program.slot();
  readonly parent: Slot = this.program.slot();
  readonly tree: Slot = this.program.slot();
  readonly scratch: Slot = this.program.slot();
  /** Trees of bind sources, opened before anything is mounted, by index into spec.mounts. */
  readonly sources = new Map<number, Slot>();

  /** The message to the listener of system calls, from when it is there. */
  told?: Told;

  /** How many mounts are stacked on the host's `/` in this mount namespace, the rootfs among them. */
  aside = 0;

  constructor(launch: Launch) {
    this.launch = launch;
    this.fds = descriptors(launch);
  }

  /** May the first process clone mounts of the host's mount namespace (open_tree(2) asks CAP_SYS_ADMIN over it). */
  get clonesFirst(): boolean {
    return (this.launch.facts.user.effective & (1n << cap_sys_admin)) !== 0n;
  }

  get createsUser(): boolean {
    return this.launch.decisions.namespaces.user === "create";
  }

  creates(kind: string): boolean {
    const { decisions } = this.launch.decisions.namespaces;
    return decisions.some((d) => d.kind === kind && d.action === "create");
  }

  close(slot: Slot, purpose: Purpose): void {
    this.program.call("close", [slot], purpose);
  }
}

/** What the listener is told, with a descriptor. The length is the kernel's answer to the read. */
export interface Told {
  vector: Place;
  message: Place;
  control: Place;
}

const cap_sys_admin = 21n;
