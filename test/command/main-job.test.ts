/** The main job of README: one command in a container of its own, from the host's root, as root and as a user. */
import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import * as assert from "uvu/assert";
import { slowness, topic } from "../harness.ts";
import { type Installed, install } from "../install.ts";
import type { Account } from "../need.ts";

const test = topic("the main job", { vm: true });

interface Done {
  status: number | null;
  stdout: string;
  stderr: string;
}

let installed: Installed | undefined;
process.on("exit", () => installed?.remove());

function wrun(args: string[], account?: Account): Done {
  installed ??= install();
  const ids = account && { uid: account.uid, gid: account.gid };
  const { status, stdout, stderr } = spawnSync(process.execPath, [installed.wrun, ...args], {
    ...ids,
    cwd: "/",
    env: { PATH: process.env.PATH, HOME: account?.home ?? "/" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    timeout: 20_000 * slowness,
  });
  return { status, stdout, stderr };
}

function checkMainJob({ status, stdout, stderr }: Done): void {
  assert.equal({ status, stderr }, { status: 0, stderr: "" });
  const [name, id, ...processes] = stdout.trimEnd().split("\n");
  assert.ok(name && name !== hostname(), `the container's own hostname, not ${name}`);
  assert.match(id ?? "", /^uid=0\(root\) gid=0\(root\)/);
  // The heading, the shell as process 1, and ps.
  assert.is(processes.length, 3, stdout);
  assert.match(processes[1] ?? "", /^ +1 .*\bsh$/);
  assert.match(processes[2] ?? "", /\bps$/);
}

const job = ["run", "--", "sh", "-c", "hostname; id; ps"];

test("as root", { needs: ["root", "ps"] }, () => checkMainJob(wrun(job)));

test("as an ordinary user", { needs: ["user", "userns", "ps"] }, ({ user }) =>
  checkMainJob(wrun(job, user)),
);

test("as a user with subordinate ids", { needs: ["subids", "userns", "ps"] }, ({ subidUser }) =>
  checkMainJob(wrun(job, subidUser)),
);

test("as whoever runs the tests", { needs: ["not-root", "userns", "ps"], vm: false }, () =>
  checkMainJob(wrun(job)),
);

test.run();
