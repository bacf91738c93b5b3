/** What cannot be started is reported as what failed, on what, errno, why, what to do, and with which code. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { prepare, probeHost, readRequest } from "../../runtime/run/prepare.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { project, topic } from "../harness.ts";
import { launch, refusal, stateRoot } from "./launch.ts";
import { makeRootfs, rootfs } from "./rootfs.ts";
import { cases, type Expected } from "./table-failure.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("failing step");

const needs = ["root", "busybox"] as const;

function check(error: WrunError, { code, exit = 125, errno, names, hint }: Expected): void {
  const seen = `${error.code} ${error.message} (${error.hint})`;
  assert.equal([error.code, error.exitCode], [code, exit], seen);
  assert.is(error.errno, errno, seen);
  assert.ok(error.message.includes(names), `\`${names}\` is in: ${seen}`);
  if (errno) assert.ok(error.message.endsWith(errno), `${errno} ends: ${seen}`);
  if (hint) assert.match(error.hint ?? "", hint, seen);
  assert.match(error.message, /^[^A-Z]/);
  assert.not.match(error.message, /\n|\.$/);
}

for (const { name, make, expected } of cases) {
  test(name, { needs }, async () => {
    const options = make();
    await launch("true");
    check(await leavesNothing(() => refusal(launch("true", options))), expected);
  });
}

function absent(controller: string, options: RunOptions): WrunError {
  const facts = probeHost();
  const hierarchies = facts.cgroup.hierarchies.map((h) => ({
    ...h,
    controllers: h.controllers.filter((name) => name !== controller),
  }));
  const without: Facts = { ...facts, cgroup: { ...facts.cgroup, hierarchies } };
  const request = readRequest({ rootfs: rootfs(), ...options }, without);
  try {
    prepare(request, without, { uids: [], gids: [] });
  } catch (error) {
    return error as WrunError;
  }
  throw new Error("the limit was accepted");
}

test("a cgroup controller that is absent", { needs }, () => {
  const cases: [string, RunOptions][] = [
    ["memory", { memory: "64m" }],
    ["pids", { pidsLimit: 20 }],
    ["cpu", { cpus: 0.5 }],
    ["cpuset", { cpusetCpus: "0" }],
  ];
  for (const [name, options] of cases) {
    check(absent(name, options), { code: "ERR_CGROUP_CONTROLLER", names: `\`${name}\`` });
  }
});

test("a directory on the way that may not be entered", { needs }, async () => {
  const root = makeRootfs();
  mkdirSync(join(root, "secret"), { mode: 0o700 });
  writeFileSync(join(root, "secret/program"), "#!/bin/sh\n", { mode: 0o755 });
  const error = await refusal(launch("", { rootfs: root, user: 1000, args: ["/secret/program"] }));
  check(error, { code: "ERR_EXEC_DENIED", exit: 126, errno: "EACCES", names: "`/secret" });
});

test("the error of the command line has all of it", { needs }, async () => {
  const flags = ["--workdir", "/no/such/dir", "--rootfs", rootfs()];
  const wrun = [join(project, "dist/wrun.cjs"), "run", ...flags, "--", "true"];
  const { status, stderr } = spawnSync(process.execPath, wrun, {
    encoding: "utf8",
    env: { PATH: process.env.PATH, WRUN_ROOT: stateRoot },
  });
  assert.is(status, 125);
  const [first = "", ...rest] = stderr.trimEnd().split("\n");
  assert.match(first, /^wrun: cannot enter the directory `\/no\/such\/dir`: ENOENT$/);
  assert.match(
    rest.join("\n"),
    /because .*\n.*at +step \d+ of \d+.*\n.*hint .*\n.*code +ERR_CWD \(exit 125\)/s,
  );
});

test.run();
