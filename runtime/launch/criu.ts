/**
 * The programs that end in `criu swrk FD` (criu(8)), which speaks over that descriptor. For a restore CRIU gets a mount
 * namespace of its own, in which lies ready what the container's mounts are made from: it is gone when CRIU is, and a
 * mount that CRIU binds from there has the attributes and the ids that it has there.
 */
import { Builder } from "../../shim/program/builder.ts";
import type { Program, Purpose, Slot } from "../../shim/program/program.ts";
import { cgroupEntries } from "./cgroup-entry.ts";
import { type External, layOut, makeMountPoints, openOrigin, showRootfs } from "./criu-mount.ts";
import { joinCgroups } from "./first.ts";
import { stayBehind } from "./keeper.ts";
import { how_default, type Launch, Scene } from "./launch.ts";
import { isolateMounts } from "./root.ts";
import { freeUmask } from "./second.ts";
import {
  AF_UNIX,
  AT_FDCWD,
  CLONE_NEWNS,
  CLOSE_RANGE_CLOEXEC,
  F_DUPFD_CLOEXEC,
  fd_max,
  O_CLOEXEC,
  O_PATH,
  SOCK_CLOEXEC,
  SOCK_SEQPACKET,
} from "./table-kernel.ts";
import { sendDescriptor } from "./terminal.ts";

export interface CriuProgram {
  /** Absolute. */
  path: string;
  /** `KEY=value` each. */
  env: readonly string[];
}

/**
 * Where CRIU has the rootfs and the mounts, in a file system in memory that covers wrun's state directory. What goes on
 * there is done by processes of the container too, which may be of a user namespace: others are kept out of the state.
 */
export function restoreRoot(cover: string): string {
  return `${cover}/root`;
}

/** Where CRIU reads and writes, absolute. */
export interface CriuDirectories {
  images: string;
  /** For its log; with the images where there is none. */
  work: string | undefined;
}

/** Descriptors of CRIU. */
export interface CriuDescriptors {
  /** Over which it speaks. */
  rpc: number;
  images: number;
  work: number;
  /** What it was handed, from there on. */
  handed: number;
}

/** Where init sends the other end of CRIU's socket, in a dump. */
export const dump_console_fd = 5;

export interface DumpProgram {
  program: Program;
  descriptors: CriuDescriptors;
}

export function dumpProgram(criu: CriuProgram, directories: CriuDirectories): DumpProgram {
  const program = new Builder();
  const descriptors = descriptorsFrom(dump_console_fd + 1, 0);
  const opened = openDirectories(program, directories);
  becomeCriu(program, criu, opened, dump_console_fd, descriptors);
  return { program: program.finish(), descriptors };
}

export interface RestoreProgram {
  program: Program;
  /** What takes the place of external mounts, in sight of CRIU. */
  externals: External[];
  descriptors: CriuDescriptors;
}

/**
 * `cover`: a directory of the host that is covered in CRIU's mount namespace. `handed`: how many descriptors CRIU gets
 * from wrun. Throws RangeError when it grows beyond what init can hold.
 */
export function restoreProgram(
  launch: Launch,
  criu: CriuProgram,
  cover: string,
  directories: CriuDirectories,
  handed: number,
): RestoreProgram {
  const how = { ...how_default, keeper: launch.how.keeper };
  const scene = new Scene({ ...launch, how });
  const { program, fds } = scene;
  const descriptors = descriptorsFrom(fds.last + 1, handed);
  const purpose: Purpose = { say: "make a mount namespace for CRIU", code: "ERR_CRIU" };
  if (how.keeper) stayBehind(scene);
  joinCgroups(
    scene,
    cgroupEntries(launch.decisions, launch.facts.cgroup.hierarchies, {
      ...launch.how,
      clones: false,
    }),
  );
  freeUmask(scene);
  program.call("unshare", [CLONE_NEWNS], purpose);
  isolateMounts(scene);
  const opened = openDirectories(program, directories);
  const rootfs = openOrigin(scene);
  const externals = layOut(scene, cover);
  makeMountPoints(scene, rootfs, restoreRoot(cover));
  showRootfs(scene, rootfs, restoreRoot(cover));
  becomeCriu(program, criu, opened, fds.console, descriptors);
  return { program: { ...program.finish(), report_fd: fds.report }, externals, descriptors };
}

function descriptorsFrom(first: number, handed: number): CriuDescriptors {
  const rpc = first + handed;
  return { handed: first, rpc, images: rpc + 1, work: rpc + 2 };
}

/** Before anything is covered. */
function openDirectories(
  program: Builder,
  { images, work = images }: CriuDirectories,
): [images: Slot, work: Slot] {
  const open = (path: string): Slot => {
    const slot = program.slot();
    const say = `open the directory \`${path}\` for CRIU`;
    // `/.` for O_DIRECTORY, whose number depends on the architecture.
    const args = [AT_FDCWD, program.text(`${path}/.`), O_PATH | O_CLOEXEC, 0];
    program.call("openat", args, { say, code: "ERR_CRIU", path }, { save: slot });
    return slot;
  };
  return [open(images), open(work)];
}

/**
 * CRIU looks up the descriptors of directories in the process that has made its socket, and mounts below them: so that
 * has to be this one, in this mount namespace.
 */
function becomeCriu(
  program: Builder,
  { path, env }: CriuProgram,
  [images, work]: [Slot, Slot],
  console: number,
  at: CriuDescriptors,
): void {
  const purpose: Purpose = { say: `run CRIU, \`${path}\``, code: "ERR_CRIU", path };
  const pair = program.space(8);
  const [ours, theirs] = [program.slot(), program.slot()];
  program.call("socketpair", [AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair], purpose);
  program.load(theirs, pair, 4, purpose);
  program.load(ours, { at: pair.at + 4 }, 4, purpose);
  sendDescriptor(program, console, ours, purpose);
  // Above all that is needed, for what is needed may be where another goes, and dup3(2) copies nothing onto itself.
  for (const slot of [theirs, images, work]) {
    program.call("fcntl", [slot, F_DUPFD_CLOEXEC, at.work + 1], purpose, { save: slot });
  }
  program.call("dup3", [theirs, at.rpc, 0], purpose);
  program.call("dup3", [images, at.images, 0], purpose);
  program.call("dup3", [work, at.work, 0], purpose);
  program.call("close_range", [at.work + 1, fd_max, 0], purpose);
  program.call("close_range", [3, at.handed - 1, CLOSE_RANGE_CLOEXEC], purpose);
  const argv = program.strings(["criu", "swrk", `${at.rpc}`]);
  program.call("execve", [program.text(path), argv, program.strings(env)], purpose);
}
