import type { Facts } from "../../shim/facts/types.ts";
import { Builder } from "../../shim/program/builder.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { Decisions } from "../policy/decide.ts";
import type { Spec } from "../spec/types.ts";

/** Everything a launch program is made from. Ids in `spec.process.user` are numbers by now. */
export interface Launch {
  id: string;
  spec: Spec;
  rootfs: Rootfs;
  decisions: Decisions;
  facts: Facts;
  /** How many cgroup.procs files init gets, from fd `first_fd` on. */
  cgroups: number;
}

/** Where the container's `/` comes from. */
export type Rootfs =
  | { kind: "directory"; path: string }
  /** The host's own `/` below a throw-away upper layer. */
  | { kind: "host-overlay" };

/** Open in init from the start: the program, the report socket, and then these. */
export const report_fd = 4;
export const console_fd = 5;
export const first_fd = 6;

/**
 * What the topics of one launch share while the program is written: the builder and the slots.
 *
 * A program has two processes. The first has the rights of wrun on the host: it joins, opens, unshares and clones.
 * The second is the container's first process: it mounts, drops its rights and is replaced by the user's program.
 */
export class Scene {
  readonly program = new Builder();
  readonly launch: Launch;
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

  /** How many mounts are stacked on the host's `/` in this mount namespace, the rootfs among them. */
  aside = 0;

  constructor(launch: Launch) {
    this.launch = launch;
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

const cap_sys_admin = 21n;
