/** The last steps of the container's first process: limits, ids, capabilities, working directory, the program. */
import type { OnErrno, Purpose } from "../../shim/program/program.ts";
import { candidates, searchPath } from "../diagnose/candidates.ts";
import { runHooks } from "./hook.ts";
import type { Scene } from "./launch.ts";
import { waitForHost } from "./report.ts";
import { filterLast } from "./seccomp.ts";
import { liveOn } from "./second.ts";
import { failSearch, findProgram, waitForStart } from "./start.ts";
import {
  CLOSE_RANGE_CLOEXEC,
  fd_max,
  KEYCTL_JOIN_SESSION_KEYRING,
  LINUX_CAPABILITY_VERSION_3,
  O_CLOEXEC,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAP_AMBIENT_RAISE,
  PR_CAPBSET_DROP,
  PR_SET_KEEPCAPS,
  PR_SET_NO_NEW_PRIVS,
} from "./table-kernel.ts";

/** A session of its own: without one, bytes can be pushed into the caller's terminal (CVE-2017-5226, TIOCSTI). */
export function newSession(scene: Scene): void {
  scene.program.call("setsid", [], { say: "start a session", code: "ERR_LAUNCH" });
}

/**
 * A session keyring of its own: else the keys of wrun's session, kerberos tickets among them, are the container's too
 * (keyrings(7)). Without a name, which another process could take before. Where a filter around wrun refuses keyctl(2),
 * it refuses it to the container as well.
 */
export function newKeyring(scene: Scene): void {
  const purpose: Purpose = {
    say: "make a session keyring",
    code: "ERR_LAUNCH",
    hint: "the quota of keys of this user is in the sysctl kernel.keys.maxkeys",
  };
  const on = { ENOSYS: "ignore", EPERM: "ignore" } as const;
  if (!scene.launch.how.ownKeyring) return;
  scene.program.call("keyctl", [KEYCTL_JOIN_SESSION_KEYRING, 0], purpose, { on });
}

export function setLimits(scene: Scene): void {
  const { program, launch } = scene;
  for (const { name, number, soft, hard } of launch.decisions.rlimits) {
    const limit = program.words([soft, hard]);
    const say = `set \`${name}\` to ${limitText(soft)}:${limitText(hard)}`;
    program.call("prlimit64", [0, number, limit, 0], { say, code: "ERR_LAUNCH" });
  }
}

export function limitText(limit: bigint): string {
  return limit === unlimited ? "unlimited" : `${limit}`;
}

/** RLIM_INFINITY */
const unlimited = (1n << 64n) - 1n;

/** Hard limits above wrun's own, while there is CAP_SYS_RESOURCE: it ends where a user namespace begins. */
export function raiseLimits(scene: Scene): void {
  const { program, launch } = scene;
  if (launch.decisions.namespaces.user === "share") return;
  for (const { name, number, hard, raise } of launch.decisions.rlimits) {
    if (!raise) continue;
    const own = BigInt.asUintN(64, BigInt(launch.facts.rlimits[name]?.soft ?? 0));
    const say = `raise the hard limit \`${name}\` to ${limitText(hard)}`;
    const hint = "fs.nr_open is the most that RLIMIT_NOFILE can be";
    const limit = program.words([own, hard]);
    program.call("prlimit64", [0, number, limit, 0], { say, code: "ERR_LAUNCH", hint });
  }
}

/** Everything that leads to the host is closed before the first path of the container is used (CVE-2024-21626). */
export function closeFiles(scene: Scene): void {
  const purpose: Purpose = { say: "close every file of the host", code: "ERR_LAUNCH" };
  const { program, fds, launch } = scene;
  let kept = 0;
  for (const name of ["start", "listener", "hookCreated", "hookOutput"] as const) {
    if (fds[name] < 0) continue;
    program.call("dup3", [fds[name], fds.kept[name], O_CLOEXEC], purpose);
    kept++;
  }
  program.call("close_range", [fds.report + 1 + kept, fd_max, 0], purpose);
  if (launch.how.preserved > 0) program.call("dup3", [fds.third, 3, 0], purpose);
  program.call("close", [fds.third], purpose, { on: { EBADF: "ignore" } });
}

export function setUser(scene: Scene): void {
  const { program, launch } = scene;
  const { capabilities, gidMap, namespaces } = launch.decisions;
  const user = launch.spec.process?.user ?? { uid: 0, gid: 0 };
  const bounding: Purpose = { say: "limit the capability bounding set", code: "ERR_CAPABILITY" };
  for (let n = 0; n <= launch.facts.lastCapability; n++) {
    if (capabilities.bounding & (1n << BigInt(n))) continue;
    program.call("prctl", [PR_CAPBSET_DROP, n, 0, 0, 0], bounding);
  }
  const ids: Purpose = {
    say: `become user ${user.uid}:${user.gid}`,
    code: "ERR_IDMAP",
    hint: "the id must be in the id map of the user namespace (linux.uidMappings, --uidmap)",
  };
  program.call("prctl", [PR_SET_KEEPCAPS, 1, 0, 0, 0], ids);
  const groups = user.additionalGids ?? [];
  if (!gidMap?.denySetgroups) {
    const list = program.bytes(new Uint8Array(new Uint32Array(groups).buffer));
    // A user namespace that is joined may deny it; who asks for no groups gets in all the same.
    const isLenient = namespaces.user === "join" && groups.length === 0;
    const more: { on?: OnErrno } = isLenient ? { on: { EPERM: "ignore" } } : {};
    const say = "set additional groups";
    program.call("setgroups", [groups.length, list], { ...ids, say }, more);
  }
  program.call("setresgid", [user.gid, user.gid, user.gid], ids);
  program.call("setresuid", [user.uid, user.uid, user.uid], ids);
  setCapabilities(scene);
  program.call("umask", [user.umask ?? 0o022], { say: "set the umask", code: "ERR_LAUNCH" });
}

function setCapabilities(scene: Scene): void {
  const { program, launch } = scene;
  const purpose: Purpose = { say: "set the capabilities", code: "ERR_CAPABILITY" };
  const { effective, permitted, inheritable, ambient } = launch.decisions.capabilities;
  const header = program.words([LINUX_CAPABILITY_VERSION_3]);
  const words = new Uint32Array(6); // two of struct __user_cap_data_struct: low words, then high ones
  [effective, permitted, inheritable].forEach((set, i) => {
    words[i] = Number(set & 0xffffffffn);
    words[i + 3] = Number(set >> 32n);
  });
  program.call("capset", [header, program.bytes(new Uint8Array(words.buffer))], purpose);
  const clear = [PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0];
  program.call("prctl", clear, purpose);
  for (let n = 0; n <= launch.facts.lastCapability; n++) {
    if (!(ambient & (1n << BigInt(n)))) continue;
    program.call("prctl", [PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0], purpose);
  }
  if (launch.spec.process?.noNewPrivileges) {
    program.call("prctl", [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0], purpose);
  }
}

/**
 * After the ids, since the directory may be open to this user only. getcwd(2) says `(unreachable)…` when a link of
 * the image led out of the container, and then the launch ends (CVE-2024-21626).
 */
export function enterDirectory(scene: Scene): void {
  const { program, launch } = scene;
  const path = launch.spec.process?.cwd ?? "/";
  const purpose: Purpose = { say: `enter the directory \`${path}\``, code: "ERR_CWD", path };
  const first = program.slot();
  const inside = program.label("inside");
  const buffer = program.space(4096);
  program.call("chdir", [program.text(path)], purpose);
  program.call("getcwd", [buffer, 4096], { ...purpose, code: "ERR_CWD_OUTSIDE" });
  program.load(first, buffer, 1, purpose);
  program.jumpIf(first, "==", "/".charCodeAt(0), inside, purpose);
  program.fail("EXDEV", { ...purpose, code: "ERR_CWD_OUTSIDE" });
  program.place(inside);
}

/** Of a name that is there twice the last counts, as in crun and runc; getenv(3) would find the first. */
function lastOfEach(env: readonly string[]): string[] {
  const name = (entry: string): string => entry.slice(0, entry.indexOf("="));
  const values = new Map(env.map((entry) => [name(entry), entry]));
  return [...values.values()];
}

/**
 * One execve for each directory of PATH, as execvp(3) does: on to the next where there is no such file; a file that
 * may not be run is remembered and reported when no other is found.
 */
export function execute(scene: Scene): void {
  const { program, launch } = scene;
  const process = launch.spec.process;
  const args = process?.args ?? [];
  const env = lastOfEach(process?.env ?? []);
  const purpose: Purpose = { say: `execute \`${args[0]}\``, code: "ERR_EXEC_NOT_FOUND" };
  const paths = candidates(args[0] ?? "", searchPath(env));
  if (launch.how.waitsFor === "start") {
    findProgram(scene, paths, purpose);
    waitForStart(scene);
  } else waitForHost(scene, { say: "wait to be started", code: "ERR_LAUNCH" });
  if (launch.how.outlives) liveOn(scene);
  runHooks(scene, "startContainer");
  program.call("close_range", [scene.fds.third, fd_max, CLOSE_RANGE_CLOEXEC], purpose);
  filterLast(scene);
  const argv = program.strings(args);
  const envp = program.strings(env);
  const denied = program.slot();
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) {
    // No detour, so that the errno is the kernel's own.
    program.call("execve", [program.text(only), argv, envp], { ...purpose, path: only });
    return;
  }
  for (const path of paths) {
    const next = program.label("next");
    const forbidden = program.label("forbidden");
    const text = program.text(path);
    const step: Purpose = { ...purpose, path };
    program.call("execve", [text, argv, envp], step, {
      on: { ENOENT: next, ENOTDIR: next, EACCES: forbidden },
    });
    program.place(forbidden);
    const one = program.words([1]);
    program.load(denied, one, 1, step);
    program.place(next);
  }
  failSearch(program, denied, purpose);
}
