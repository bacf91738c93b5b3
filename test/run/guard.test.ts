/** What must not get into a container: descriptors, the environment, rights. Each guard is shown to be what keeps it out. */
import { spawnSync } from "node:child_process";
import { openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { RunOptions } from "../../runtime/options/types.ts";
import { plan } from "../../runtime/plan.ts";
import type { Internals } from "../../runtime/run/run.ts";
import { project, topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { bundle } from "./bundle.ts";
import { type Kind, launch, newId, output, refusal, stateRoot } from "./launch.ts";
import { isCall, says, without } from "./rewrite.ts";
import { rootfs } from "./rootfs.ts";

const test = topic("guards", { vm: true });

const needs = ["root", "busybox"] as const;

/** Is something that must hold no longer so without a guard? */
async function mustFail(check: () => Promise<unknown>, what: string): Promise<void> {
  const noticed = await check().then(
    () => false,
    () => true,
  );
  assert.ok(noticed, `nobody notices that it lacks: ${what}`);
}

/** The shell's own directory stream is the one descriptor more. */
const list_fds = "cd /proc/self/fd; echo *; for n in *; do readlink $n || :; done >/dev/null";

async function onlyThree(options: RunOptions = {}, internals: Internals = {}): Promise<void> {
  const fds = (await output(list_fds, options, internals)).trim().split(" ");
  const own = fds.filter((fd) => Number(fd) > 2);
  assert.equal(fds.slice(0, 3), ["0", "1", "2"]);
  // The glob is expanded by the shell itself: whatever is open beyond is a directory of /proc.
  assert.ok(own.length <= 1, fds.join(" "));
}

test("no descriptor but 0, 1 and 2", { needs }, async () => {
  // Not close-on-exec, unlike what Node opens: they would be handed on.
  for (let i = 0; i < 20; i++) openSync("/etc/passwd", "r");
  await onlyThree();
  await onlyThree({ memory: "64m" });
  await onlyThree({ userns: "auto:size=2000" });
});

const inherited = Array.from({ length: 20 }, (_, i) => i + 3);

test("descriptors that wrun inherited stay outside", { needs }, () => {
  const opens = inherited.map((fd) => `exec ${fd}</etc`).join(";");
  // dash knows no descriptor above 9.
  const shell = `${opens}; exec "$@"`;
  const wrun = [process.execPath, join(project, "dist/wrun.cjs")];
  const script = "for f in /proc/self/fd/*; do readlink $f; done; exit 0";
  const run = ["run", "--name", newId(), "--rootfs", rootfs(), "--", "sh", "-c", script];
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", shell, "bash", ...wrun, ...run], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, WRUN_ROOT: stateRoot },
  });
  assert.is(stderr, "");
  assert.not.match(stdout, /\/etc|memfd|cgroup/);
});

test("a working directory on a descriptor is refused", { needs }, async () => {
  for (let fd = 3; fd <= 20; fd++) {
    for (const path of [`/proc/self/fd/${fd}`, `/proc/self/fd/${fd}/../../..`]) {
      const { code, exitCode } = await refusal(launch("true", { workdir: path }));
      assert.ok(["ERR_CWD", "ERR_CWD_OUTSIDE"].includes(code), `${path}: ${code}`);
      assert.is(exitCode, 125);
    }
  }
});

test("a program on a descriptor is refused", { needs }, async () => {
  for (let fd = 3; fd <= 20; fd++) {
    const { code } = await refusal(launch("", { args: [`/proc/self/fd/${fd}`] }));
    assert.match(code, /^ERR_EXEC_/, `${fd}`);
  }
});

test("a working directory outside is noticed", { needs }, async () => {
  // Without closing the host's files the root of the cgroup hierarchies would be reachable.
  const closing = without(says("close every file of the host"));
  const found: string[] = [];
  for (let fd = 3; fd <= 40; fd++) {
    const launched = launch("true", { workdir: `/proc/self/fd/${fd}` }, { rewrite: closing });
    const code = await launched.then(
      () => "entered",
      (error) => error.code,
    );
    found.push(code);
  }
  assert.ok(found.includes("ERR_CWD_OUTSIDE"), found.join(" "));
});

test("nothing of the host's environment", { needs }, async () => {
  process.env.WRUN_CANARY = "canary";
  try {
    const seen = await output("env; cat /proc/self/environ | tr '\\0' '\\n'");
    assert.not.match(seen, "canary");
    const names = new Set([...seen.matchAll(/^(\w+)=/gm)].map(([, name]) => name));
    const expected = ["HOME", "PATH", "PWD", "SHLVL", "WRUN_TEST_MARK"];
    assert.equal(
      [...names].sort().filter((name) => !expected.includes(name ?? "")),
      [],
    );
  } finally {
    delete process.env.WRUN_CANARY;
  }
});

const hex = (set: bigint): string => set.toString(16).padStart(16, "0");

async function status(
  options: RunOptions & { on?: Kind } = {},
  internals: Internals = {},
): Promise<Map<string, string>> {
  const text = await output("exec cat /proc/self/status", options, internals);
  const lines = text.split("\n").map((line) => line.split(/:\s*/) as [string, string]);
  return new Map(lines);
}

async function asPlanned(
  options: RunOptions = {},
  internals: Internals = {},
  on: Kind = "rootfs",
): Promise<void> {
  const { capabilities } = plan({ rootfs: rootfs(), ...options }).decisions;
  const seen = await status({ ...options, on }, internals);
  assert.equal(
    ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((name) => seen.get(name)),
    ["inheritable", "permitted", "effective", "bounding", "ambient"].map((name) =>
      hex(capabilities[name as keyof typeof capabilities] as bigint),
    ),
  );
  assert.is(seen.get("NoNewPrivs"), options.noNewPrivileges === false ? "0" : "1");
  assert.is(seen.get("Seccomp"), options.seccomp === "unconfined" ? "0" : "2");
  assert.is(capabilities.inheritable, 0n);
}

test("rights are as planned", { needs }, async () => {
  await asPlanned();
  await asPlanned({ capDrop: ["ALL"] });
  await asPlanned({ capDrop: ["CHOWN"], capAdd: ["SYS_TIME"], noNewPrivileges: false });
  await asPlanned({ userns: "auto:size=2000" });
  await asPlanned({ seccomp: "unconfined" });
  await asPlanned({}, {}, "host-overlay");
});

test("the tests of rights see what is left out", { needs }, async () => {
  const dropped = { capDrop: ["ALL"] };
  for (const say of ["limit the capability bounding set", "set the capabilities"]) {
    await mustFail(() => asPlanned(dropped, { rewrite: without(says(say)) }), say);
  }
});

const caps = ["CapInh", "CapPrm", "CapEff", "CapAmb"];

test("another user than root has no capability", { needs }, async () => {
  for (const options of [
    { user: 1000 },
    { user: "alice" },
    { user: 1000, capAdd: ["NET_ADMIN"] },
  ]) {
    const seen = await status(options);
    assert.equal(
      caps.map((name) => seen.get(name)),
      Array(4).fill(hex(0n)),
    );
    assert.is(seen.get("Uid"), Array(4).fill("1000").join("\t"));
    assert.is(seen.get("Gid"), Array(4).fill("1000").join("\t"));
  }
});

test("the groups of a user are those of the container", { needs }, async () => {
  assert.is((await status({ user: "alice" })).get("Groups")?.trim(), "50 1000");
  assert.is((await status({ user: 4321 })).get("Groups")?.trim(), "0");
  assert.is((await status({ user: 4321 })).get("Gid"), Array(4).fill("0").join("\t"));
  assert.is((await status()).get("Groups")?.trim(), "");
});

test("a session of its own", { needs }, async () => {
  const session = async (internals: Internals = {}): Promise<void> => {
    const [, , , , group, sid, tty] = (
      await output("exec cat /proc/self/stat", {}, internals)
    ).split(" ");
    assert.equal([group, sid, tty], ["1", "1", "0"]);
  };
  await session();
  await mustFail(() => session({ rewrite: without(isCall("setsid")) }), "setsid");
});

test("masked and read-only paths", { needs }, async () => {
  const guarded = async (internals: Internals = {}): Promise<void> => {
    const script =
      "cat /proc/keys /proc/timer_list 2>/dev/null; ls /sys/firmware /proc/acpi 2>/dev/null; " +
      "echo 1 2>/dev/null >/proc/sys/vm/swappiness && echo written; " +
      "echo b 2>/dev/null >/proc/sysrq-trigger && echo written; exit 0";
    const seen = await output(script, {}, internals);
    assert.is(seen.replace(/^\/.*:\n|\n/gm, ""), "");
  };
  await guarded();
  await mustFail(() => guarded({ rewrite: without(says("mask `/proc/timer_list`")) }), "a mask");
});

test("a read-only root", { needs }, async () => {
  const script = "touch /new 2>/dev/null && echo written; touch /tmp/new && echo temporary";
  assert.is(await output(script, { readOnly: true }), "temporary\n");
  const { exitCode } = await launch("touch /bin/new", { readOnly: true });
  assert.is.not(exitCode, 0);
  assert.not.ok(readdirSync(join(rootfs(), "bin")).includes("new"));
});

test("limits and umask of the bundle", { needs }, async () => {
  const path = bundle((spec) => ({
    ...spec,
    process: { cwd: "/", ...spec.process, user: { uid: 0, gid: 0, umask: 0o77 } },
  }));
  const script = "umask; ulimit -Sn; ulimit -Hn; ulimit -c";
  const seen = await output(script, { bundle: path, ulimits: ["nofile=100:200", "core=0"] });
  assert.is(seen, "0077\n100\n200\n0\n");
});

const jobs: Jobs = {
  guards: async () => {
    process.env.WRUN_CANARY = "canary";
    assert.not.match(await output("env"), "canary");
    await onlyThree();
    await asPlanned();
    for (let fd = 3; fd <= 20; fd++) {
      const { code } = await refusal(launch("true", { workdir: `/proc/self/fd/${fd}` }));
      assert.match(code, /^ERR_CWD/);
    }
  },
};

test("the same for an ordinary user", { needs: ["user", "userns", "busybox"] }, async ({
  user,
}) => {
  await ask(user, import.meta.url, "guards");
});

if (!(await isJob(jobs))) test.run();
