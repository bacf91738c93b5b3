/** config.md#process, with what is POSIX's, Linux's, and the user. A test for each MUST, by its section. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { topic } from "../harness.ts";
import { lastLine, shell, wrun } from "../lifecycle/place.ts";
import { newId } from "../run/launch.ts";
import { changed, inside, needs, raw, refused, wrongAt } from "./place.ts";

const test = topic("config.md#process");

test("consoleSize is ignored without a terminal", { needs }, async () => {
  const process = { terminal: false, consoleSize: { height: 7, width: 9 } };
  assert.is(await inside("test -t 0 || echo none", { process }), "none\n");
});

test("cwd is absolute", { needs }, async () => {
  assert.is(await wrongAt({ process: { cwd: "tmp" } }), "/process/cwd");
});

test("cwd is where the program begins", { needs }, async () => {
  assert.is(await inside("pwd", { process: { cwd: "/etc" } }), "/etc\n");
});

test("env is the environment", { needs }, async () => {
  const process = { env: ["PATH=/bin", "A=b=c", "EMPTY="] };
  assert.match(await inside("env", { process }), /^A=b=c$/m);
  assert.match(await inside("env", { process }), /^EMPTY=$/m);
});

test("args has at least one entry", { needs }, async () => {
  assert.match(await wrongAt({ process: { args: [] } }), /^\/process\/args/);
});

test("args[0] is looked for in PATH, as execvp does", { needs }, () => {
  const process = { args: ["echo", "$PATH", "a b"], env: ["PATH=/nowhere:/bin"] };
  const { out } = wrun("run", "--bundle", shell("", changed({ process })), newId());
  assert.is(out, "$PATH a b\n");
});

test("#posix-process rlimits: a type that the kernel does not have is an error", {
  needs,
}, async () => {
  const rlimits = [{ type: "RLIMIT_NOTHING", soft: 1, hard: 1 }];
  assert.match(await wrongAt({ process: { rlimits } }), /^\/process\/rlimits\/0/);
});

test("#posix-process rlimits: getrlimit says what is configured", { needs }, async () => {
  const types =
    "CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME";
  const own = readFileSync("/proc/self/limits", "utf8").trim().split("\n").slice(1);
  const value = (text: string) => (text === "unlimited" ? -1 : Number(text));
  const lines = own.map((line) => line.slice(26).trim().split(/ +/).slice(0, 2).map(value));
  // The hard ones of this process: to raise them takes CAP_SYS_RESOURCE. Without one, a great number.
  const rlimits = types.split(" ").map((type, i) => {
    const own = lines[i]?.[1] ?? 0;
    const hard = own < 0 ? 2 ** 40 : own;
    return { type: `RLIMIT_${type}`, soft: hard, hard };
  });
  const seen = await inside("cat /proc/self/limits", { process: { rlimits } });
  const told = seen.trim().split("\n").slice(1);
  told.forEach((line, i) => {
    const [soft, hard] = line.slice(26).trim().split(/ +/).map(value);
    assert.equal([soft, hard], [rlimits[i]?.soft, rlimits[i]?.hard], line);
  });
});

test("#posix-process rlimits: two of a type are an error", { needs }, async () => {
  const rlimit = { type: "RLIMIT_CORE", soft: 1, hard: 1 };
  assert.match(await wrongAt({ process: { rlimits: [rlimit, rlimit] } }), /^\/process\/rlimits\/1/);
});

const sets = ["bounding", "effective", "permitted", "inheritable", "ambient"] as const;
const of = (names: string[]) => Object.fromEntries(sets.map((set) => [set, names]));

test("#linux-process capabilities: the five sets are those of the process", { needs }, async () => {
  const capabilities = of(["CAP_KILL", "CAP_CHOWN"]);
  const status = await inside("grep Cap /proc/self/status", { process: { capabilities } });
  for (const set of ["Inh", "Prm", "Eff", "Bnd", "Amb"]) {
    assert.match(status, `Cap${set}:\t0000000000000021`);
  }
});

test("#linux-process capabilities: what cannot be granted is a warning, and no error", {
  needs,
}, () => {
  const capabilities = of(["CAP_KILL", "CAP_NOTHING"]);
  const bundle = shell("grep CapEff /proc/self/status", changed({ process: { capabilities } }));
  const { status, out, err } = wrun("run", "--bundle", bundle, newId());
  assert.equal([status, out], [0, "CapEff:\t0000000000000020\n"]);
  assert.match(err, "CAP_NOTHING");
});

test("#linux-process noNewPrivileges: is set", { needs }, async () => {
  for (const noNewPrivileges of [true, false]) {
    const seen = await inside("grep NoNewPrivs /proc/self/status", {
      process: { noNewPrivileges },
    });
    assert.is(seen, `NoNewPrivs:\t${Number(noNewPrivileges)}\n`);
  }
});

test("#linux-process oomScoreAdj: is set", { needs }, async () => {
  const process = { oomScoreAdj: 321 };
  assert.is(await inside("cat /proc/self/oom_score_adj", { process }), "321\n");
});

test("#linux-process oomScoreAdj: stays as it is where it is not set", { needs }, async () => {
  const own = readFileSync("/proc/self/oom_score_adj", "utf8");
  const process = raw({ process: { oomScoreAdj: undefined } });
  assert.is(await inside("cat /proc/self/oom_score_adj", process), own);
});

test("#linux-process scheduler: is set", { needs }, async () => {
  const scheduler = { policy: "SCHED_BATCH", nice: 3 } as const;
  const seen = await inside("cut -d' ' -f 19,41 /proc/self/stat", { process: { scheduler } });
  assert.is(seen, "3 3\n");
});

test("#linux-process scheduler: a policy that is none is an error", { needs }, async () => {
  const scheduler = { policy: "SCHED_NOTHING" };
  assert.is(await wrongAt(raw({ process: { scheduler } })), "/process/scheduler/policy");
});

test("#linux-process ioPriority: is set", { needs }, async () => {
  const ioPriority = { class: "IOPRIO_CLASS_BE", priority: 6 } as const;
  const seen = await inside("busybox ionice -p $$", { process: { ioPriority } });
  assert.match(seen, "best-effort: prio 6");
});

test("#linux-process ioPriority: a class that is none is an error", { needs }, async () => {
  const ioPriority = { class: "IOPRIO_CLASS_NOTHING", priority: 0 };
  assert.is(await wrongAt(raw({ process: { ioPriority } })), "/process/ioPriority/class");
});

test("#linux-process execCPUAffinity: is of what exec runs, and not of init", {
  needs,
}, async () => {
  const process = { execCPUAffinity: { initial: "0", final: "0" } };
  const id = newId();
  const bundle = shell("exec sleep 1000", changed({ process }));
  assert.is(wrun("run", "--detach", "--bundle", bundle, id).status, 0);
  const look = "grep Cpus_allowed_list /proc/self/status";
  const own = readFileSync("/proc/self/status", "utf8");
  const all = /^Cpus_allowed_list:\t(.*)$/m.exec(own)?.[1];
  assert.is(wrun("exec", id, "sh", "-c", look).out, "Cpus_allowed_list:\t0\n");
  const init = wrun("exec", id, "grep", "Cpus_allowed_list", "/proc/1/status").out;
  assert.is(init, `Cpus_allowed_list:\t${all}\n`);
  await remove(id, { force: true });
});

for (const [name, process] of [
  ["apparmorProfile", { apparmorProfile: "no-such-profile" }],
  ["selinuxLabel", { selinuxLabel: "system_u:system_r:nothing_t:s0" }],
] as const) {
  test(`#linux-process ${name}: one that cannot be applied is an error`, { needs }, async () => {
    assert.match((await refused({ process })).message, Object.values(process)[0] as string);
  });
}

test("#posix-platform-user: uid, gid, additionalGids and umask", { needs }, async () => {
  const user = { uid: 1000, gid: 50, additionalGids: [5, 6], umask: 0o027 };
  const seen = await inside("id -u; id -g; id -G; umask", { process: { user } });
  assert.is(seen, "1000\n50\n50 5 6\n0027\n");
});

test("runtime.md#errors: the last line of an error suffices", { needs }, () => {
  const bundle = shell("true", changed({ process: { cwd: "/no/such" } }));
  const { status, err } = wrun("run", "--bundle", bundle, newId());
  assert.is(status, 125);
  assert.match(lastLine(err), "/no/such");
});

test.run();
