import { SyscallError } from "./error.ts";
import type { Fd } from "./fd.ts";
import { duplicate } from "./files.ts";
import { call, errnoFunction } from "./libc.ts";

export interface Spawn {
  path: string;
  argv: readonly string[];
  /** `KEY=value` each; nothing of wrun's own environment is added. */
  envp: readonly string[];
  /** Pairs: a descriptor of this process, its number in the child. The child has no others. */
  fds: readonly (readonly [host: number, child: number])[];
}

type Native = Record<
  | "spawn"
  | "actionsInit"
  | "actionsDestroy"
  | "dup2"
  | "attrInit"
  | "flags"
  | "sigdefault"
  | "sigmask",
  (...args: unknown[]) => number
>;

let native: Native | undefined;

function functions(): Native {
  native ??= {
    spawn: errnoFunction(
      "int posix_spawn(void *pid, const char *path, void *actions, void *attr, const char **argv, const char **envp)",
    ),
    actionsInit: errnoFunction("int posix_spawn_file_actions_init(void *actions)"),
    actionsDestroy: errnoFunction("int posix_spawn_file_actions_destroy(void *actions)"),
    dup2: errnoFunction("int posix_spawn_file_actions_adddup2(void *actions, int from, int to)"),
    attrInit: errnoFunction("int posix_spawnattr_init(void *attr)"),
    flags: errnoFunction("int posix_spawnattr_setflags(void *attr, short flags)"),
    sigdefault: errnoFunction("int posix_spawnattr_setsigdefault(void *attr, void *set)"),
    sigmask: errnoFunction("int posix_spawnattr_setsigmask(void *attr, void *set)"),
  };
  return native;
}

// glibc and musl: 80 bytes for the file actions, 336 for the attributes, 128 for a sigset_t on both architectures.
const actions_bytes = 128;
const attr_bytes = 512;
const sigset_bytes = 128;
const descriptor_max = 0xffff_ffff;
const close_range_cloexec = 4;
const setsigdef = 0x04;
const setsigmask = 0x08;

/**
 * Starts a program as a child of this process and answers with its pid; throws SyscallError `posix_spawn`.
 *
 * posix_spawn is vfork and exec in C: no JavaScript runs between, and no page of Node is copied. Signal dispositions
 * and mask start afresh: Node ignores SIGPIPE, and ignoring survives execve, so a container's `yes | head` would not end.
 */
export function spawn({ path, argv, envp, fds }: Spawn): number {
  const { spawn, actionsInit, actionsDestroy, dup2 } = functions();
  // What Node opens is close-on-exec; what it inherited, or a native add-on opened, need not be.
  call("close_range", [3, descriptor_max, close_range_cloexec]);
  const actions = new Uint8Array(actions_bytes);
  check(actionsInit(actions), path);
  const moved: Fd[] = [];
  try {
    for (const [from, to] of sources(fds, moved)) check(dup2(actions, from, to), path);
    const pid = new Int32Array(1);
    check(spawn(pid, path, actions, attributes(path), [...argv, null], [...envp, null]), path);
    return pid[0] as number;
  } finally {
    actionsDestroy(actions);
    for (const fd of moved) fd.close();
  }
}

/**
 * The dup2s in an order that cannot go wrong: every source that a dup2 could overwrite is first moved above all targets.
 *
 * A source that equals its target is moved as well: dup2 onto itself does nothing and would leave FD_CLOEXEC set
 * (glibc before 2.29).
 */
function sources(fds: Spawn["fds"], moved: Fd[]): [number, number][] {
  const targets = fds.map(([, to]) => to);
  if (new Set(targets).size !== targets.length) {
    throw new RangeError(`a child descriptor is given twice: ${targets.join(", ")}`);
  }
  const above = Math.max(2, ...targets) + 1;
  return fds.map(([from, to]): [number, number] => {
    if (from >= above) return [from, to];
    const fd = duplicate(from, above);
    moved.push(fd);
    return [fd.number, to];
  });
}

let attr: Uint8Array | undefined;

function attributes(path: string): Uint8Array {
  if (attr) return attr;
  const { attrInit, flags, sigdefault, sigmask } = functions();
  const made = new Uint8Array(attr_bytes);
  const all = new Uint8Array(sigset_bytes).fill(0xff);
  // SIGKILL and SIGSTOP cannot be set, not even to what they are (man 2 sigaction).
  for (const signal of [9, 19]) all[(signal - 1) >> 3] = 0xff & ~(1 << ((signal - 1) & 7));
  check(attrInit(made), path);
  check(flags(made, setsigdef | setsigmask), path);
  check(sigdefault(made, all), path);
  check(sigmask(made, new Uint8Array(sigset_bytes)), path);
  attr = made;
  return made;
}

function check(errno: number, path: string): void {
  if (errno !== 0) throw new SyscallError("posix_spawn", errno, path);
}
