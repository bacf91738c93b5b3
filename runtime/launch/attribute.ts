/** Attributes of a process that its program inherits: how it is scheduled, where its memory is, what it is called. */
import type { Purpose } from "../../shim/program/program.ts";
import {
  ioClasses,
  memoryFlags,
  memoryModes,
  schedulerFlags,
  schedulerPolicies,
} from "../spec/attribute.ts";
import { numberList } from "../spec/number-list.ts";
import type { Scene } from "./launch.ts";
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from "./table-kernel.ts";
import { newFilesystem } from "./tree.ts";

const sched_attr_bytes = 48;
const ioprio_who_process = 1;
const ioprio_class_shift = 13;
const mempolicy_flags_from = 13;
const personalities = { LINUX: 0, LINUX32: 8 } as const;

/**
 * A better class takes CAP_SYS_NICE of the host, which ends where a user namespace begins: then it is set before, and
 * handed on by the clone.
 */
export function schedule(scene: Scene, when: "before a user namespace" | "in the container"): void {
  const isShared = scene.launch.decisions.namespaces.user === "share";
  if (isShared !== (when === "in the container")) return;
  setScheduler(scene);
  setIoPriority(scene);
}

/** struct sched_attr of sched_setattr(2), its first version. */
function setScheduler({ program, launch }: Scene): void {
  const asked = launch.spec.process?.scheduler;
  if (!asked) return;
  const { policy, nice = 0, priority = 0, flags = [] } = asked;
  const { runtime = 0, deadline = 0, period = 0 } = asked;
  const bits = flags.reduce((set, flag) => set | (1 << schedulerFlags.indexOf(flag)), 0);
  const low = (value: number): bigint => BigInt.asUintN(32, BigInt(value));
  const attr = program.words([
    low(sched_attr_bytes) | (low(schedulerPolicies.indexOf(policy)) << 32n),
    bits,
    BigInt.asIntN(64, low(nice) | (low(priority) << 32n)),
    ...[runtime, deadline, period],
  ]);
  program.call("sched_setattr", [0, attr, 0], {
    say: `schedule by \`${policy}\``,
    code: "ERR_LAUNCH",
    hint: "real-time takes CAP_SYS_NICE, and on cgroup v1 cpu.realtimeRuntime; a better nice value takes CAP_SYS_NICE",
  });
}

function setIoPriority({ program, launch }: Scene): void {
  const asked = launch.spec.process?.ioPriority;
  if (!asked) return;
  const number = ioClasses.indexOf(asked.class) + 1;
  const value = (number << ioprio_class_shift) | asked.priority;
  program.call("ioprio_set", [ioprio_who_process, 0, value], {
    say: `set the I/O priority to \`${asked.class}\` ${asked.priority}`,
    code: "ERR_LAUNCH",
    hint: "IOPRIO_CLASS_RT takes CAP_SYS_NICE or CAP_SYS_ADMIN of the host",
  });
}

/** Of `exec` only (config.md#linux-process): entering a cgroup may change it, so it is set before and after. */
export function setAffinity({ program, launch }: Scene, when: "initial" | "final"): void {
  const cpus = launch.how.isExec && launch.spec.process?.execCPUAffinity?.[when];
  if (!cpus) return;
  const set = bitmap(numberList(cpus));
  program.call("sched_setaffinity", [0, set.length, program.bytes(set)], {
    say: `run on the processors ${cpus}`,
    code: "ERR_LAUNCH",
  });
}

export function setMemoryPolicy({ program, launch }: Scene): void {
  const asked = launch.spec.linux?.memoryPolicy;
  if (!asked) return;
  const { mode, nodes = "", flags = [] } = asked;
  const bit = (flag: (typeof flags)[number]): number =>
    1 << (mempolicy_flags_from + memoryFlags.indexOf(flag));
  const value = flags.reduce((set, flag) => set | bit(flag), memoryModes.indexOf(mode));
  const set = bitmap(numberList(nodes));
  // The kernel takes one from the number of bits that it is told (man 2 set_mempolicy, BUGS).
  const mask = nodes !== "" ? [program.bytes(set), 8 * set.length + 1] : [0, 0];
  program.call("set_mempolicy", [value, ...mask], {
    say: `have memory by \`${mode}\``,
    code: "ERR_LAUNCH",
    hint: "it takes nodes that are there and are among cpuset.mems, and a kernel with CONFIG_NUMA",
  });
}

export function setPersonality({ program, launch }: Scene): void {
  const domain = launch.spec.linux?.personality?.domain;
  if (domain === undefined) return;
  program.call("personality", [personalities[domain]], {
    say: `set the execution domain to \`${domain}\``,
    code: "ERR_LAUNCH",
  });
}

/** 64-bit words, as the kernel reads them on 64-bit machines; the lowest number is the first bit. */
function bitmap(numbers: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(8 * (1 + Math.floor(Math.max(0, ...numbers) / 64)));
  for (const n of numbers) bytes[n >> 3] = (bytes[n >> 3] ?? 0) | (1 << (n & 7));
  return bytes;
}

/**
 * What the program is to be for AppArmor or SELinux once it is executed: written by the process itself, and to a procfs that
 * the container has no part in (CVE-2019-16884, CVE-2025-52881): the host's where it is still there, else a detached one.
 */
export function setLabels(scene: Scene): void {
  const { apparmorProfile, selinuxLabel } = scene.launch.spec.process ?? {};
  if (apparmorProfile !== undefined) setProfile(scene, apparmorProfile);
  if (selinuxLabel === undefined) return;
  const purpose: Purpose = {
    say: `have the SELinux label \`${selinuxLabel}\``,
    code: "ERR_LSM",
    hint: "the kernel must have SELinux, and its policy this label",
  };
  writeAttribute(scene, ["self/attr/exec"], selinuxLabel, purpose);
}

function setProfile(scene: Scene, profile: string): void {
  const { lsm } = scene.launch.facts;
  if (profile === "unconfined" && lsm.length > 0 && !lsm.includes("apparmor")) return;
  const purpose: Purpose = {
    say: `have the AppArmor profile \`${profile}\``,
    code: "ERR_LSM",
    hint: "the kernel must have AppArmor, and the profile be loaded: apparmor_parser -r FILE",
  };
  // The second is older than Linux 5.8, and another module's where there are several.
  const names = ["self/attr/apparmor/exec", "self/attr/exec"];
  writeAttribute(scene, names, `exec ${profile}`, purpose);
}

function writeAttribute(
  scene: Scene,
  names: readonly string[],
  text: string,
  purpose: Purpose,
): void {
  const { program } = scene;
  const isHost = scene.creates("mount");
  const proc = program.slot();
  if (!isHost) newFilesystem(scene, "proc", [], 0, proc, purpose);
  const found = program.label("found");
  names.forEach((name, i) => {
    const next = program.label("next");
    const isLast = i === names.length - 1;
    const path = program.text(isHost ? `/proc/${name}` : name);
    program.call("openat", [isHost ? AT_FDCWD : proc, path, O_WRONLY | O_CLOEXEC, 0], purpose, {
      save: scene.scratch,
      ...(!isLast && { on: { ENOENT: next } }),
    });
    if (!isLast) program.jump(found, purpose);
    program.place(next);
  });
  program.place(found);
  const bytes = new TextEncoder().encode(text).length;
  program.call("write", [scene.scratch, program.text(text), bytes], purpose);
  scene.close(scene.scratch, purpose);
  if (!isHost) scene.close(proc, purpose);
}
