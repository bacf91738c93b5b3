import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { explainFailure, type Failure } from "../../runtime/diagnose/failure.ts";
import { errnoNumber } from "../../shim/errno.ts";
import { openFds } from "../../shim/fd.ts";
import type { Program, Step } from "../../shim/program/program.ts";
import { topic } from "../harness.ts";
import { facts } from "./failed.ts";
import { withRootAsync } from "./tree.ts";

const test = topic("diagnose: failure");

const pivot: Step = {
  kind: "call",
  call: "pivot_root",
  args: [],
  purpose: { say: "pivot", code: "ERR_ROOTFS" },
};
const chdir: Step = {
  kind: "call",
  call: "chdir",
  args: [],
  purpose: { say: "enter `/app`", code: "ERR_CWD", path: "/app" },
};
const missing: Step = {
  kind: "fail",
  errno: "ENOENT",
  purpose: { say: "execute `x`", code: "ERR_EXEC_NOT_FOUND" },
};

const program = (...steps: Step[]): Program => ({ steps, data: new Uint8Array(), pointers: [] });

function failure(more: Partial<Failure>): Failure {
  return {
    program: program(pivot, missing),
    spec: { ociVersion: "1.3.0", process: { args: ["/app"], cwd: "/" } },
    facts,
    rootfs: "/nowhere",
    index: 1,
    errno: errnoNumber("ENOENT"),
    pid: process.pid,
    ...more,
  };
}

/** A process in a root file system, as the container's first one is when its last step fails. */
async function inside(dir: string): Promise<ChildProcess> {
  const script =
    "import os, sys, time; os.chroot(sys.argv[1]); print('in', flush=True); time.sleep(60)";
  const child = spawn("python3", ["-c", script, dir], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

test("a program is looked for in the root of the process that failed", {
  needs: ["root", "python3"],
}, async () => {
  const before = openFds();
  await withRootAsync({ app: { text: "#!/bin/bash\n" } }, async (dir) => {
    const child = await inside(dir);
    const error = explainFailure(failure({ pid: child.pid ?? 0 }));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.is(error.code, "ERR_EXEC_INTERPRETER");
    assert.is(
      error.message,
      "cannot run `/app`: its interpreter `/bin/bash` does not exist: ENOENT",
    );
    assert.equal(error.step, { index: 1, of: 2, say: "execute `x`" });
  });
  assert.is(openFds(), before);
});

test("and before the root is changed, in the rootfs", async () => {
  await withRootAsync({ app: { text: "#!/gone\n" } }, async (rootfs) => {
    const steps = { program: program(missing, pivot), index: 0, rootfs };
    assert.match(explainFailure(failure(steps)).message, /its interpreter `\/gone`/);
    const first = { ...steps, program: program(chdir, pivot), errno: errnoNumber("ENOTDIR") };
    const error = explainFailure(failure(first));
    assert.is(error.code, "ERR_CWD");
    assert.is(error.because, "`/app` in the container is not a directory");
  });
});

test("a process and a rootfs that are gone leave what the errno says", () => {
  const error = explainFailure(failure({ pid: 2 ** 22 + 1 }));
  assert.is(error.message, "cannot execute `x`: ENOENT");
  assert.is(error.exitCode, 127);
});

test("a step that the program does not have is wrun's own mistake", () => {
  assert.throws(() => explainFailure(failure({ index: 2 })), /step 2 of 2/);
});

test.run();
