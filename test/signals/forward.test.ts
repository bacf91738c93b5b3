import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { followAbort } from "../../runtime/signals/abort.ts";
import { forward } from "../../runtime/signals/forward.ts";
import type { Fd } from "../../shim/fd.ts";
import { pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import { topic } from "../harness.ts";

const test = topic("signals: forward");
const { signals } = constants;

interface First {
  pid: number;
  pidfd: Fd;
  kill: () => void;
  parent: ChildProcess;
}

/** Runs a shell script as pid 1 of a pid namespace, until it has said `ready`. */
async function first(script: string): Promise<First> {
  const args = ["--pid", "--fork", "sh", "-c", script];
  const parent = spawn("unshare", args, { stdio: ["ignore", "pipe", "ignore"] });
  await once(parent.stdout, "data");
  const children = `/proc/${parent.pid}/task/${parent.pid}/children`;
  const pid = Number(readFileSync(children, "utf8").trim());
  const pidfd = pidfdOpen(pid);
  // A shell has handlers until it is another program.
  while (/exec sleep/.test(script) && !/sleep/.test(readFileSync(`/proc/${pid}/comm`, "utf8"))) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { pid, pidfd, kill: () => pidfdSendSignal(pidfd, signals.SIGKILL), parent };
}

/**
 * The exit code of pid 1, or "killed".
 *
 * unshare passes the end by a signal on as its own, but fails to do so for SIGKILL, with exit code 1.
 */
async function ended({ parent, pidfd }: First): Promise<number | "killed"> {
  const [code] = await once(parent, "exit");
  pidfd.close();
  return code === null || code === 1 ? "killed" : code;
}

test("SIGINT ends a pid 1 that does not handle it", { needs: ["root"] }, async () => {
  const box = await first("echo ready; exec sleep 100");
  const forwarding = forward(box.pid, box.pidfd, box.kill);
  process.kill(process.pid, "SIGINT");
  const end = await ended(box);
  forwarding.stop();
  assert.is(end, "killed");
  assert.is(forwarding.endedBy(), signals.SIGINT);
});

test("a handler in the container gets the signal", { needs: ["root"] }, async () => {
  const box = await first("trap 'exit 7' USR2; echo ready; while :; do sleep 0.05; done");
  const forwarding = forward(box.pid, box.pidfd, box.kill);
  process.kill(process.pid, "SIGUSR2");
  const end = await ended(box);
  forwarding.stop();
  assert.is(end, 7);
  assert.is(forwarding.endedBy(), undefined);
});

test("an ignored signal stays without effect", { needs: ["root"] }, async () => {
  const box = await first("trap '' HUP; echo ready; sleep 0.3; exit 5");
  const forwarding = forward(box.pid, box.pidfd, box.kill);
  process.kill(process.pid, "SIGHUP");
  const end = await ended(box);
  forwarding.stop();
  assert.is(end, 5);
  assert.is(forwarding.endedBy(), undefined);
});

test("stop gives the signals back, and the dead get none", { needs: ["root"] }, async () => {
  const before = process.listenerCount("SIGTERM");
  const box = await first("echo ready; exec sleep 100");
  box.kill();
  await once(box.parent, "exit");
  const forwarding = forward(box.pid, box.pidfd, () => assert.unreachable("killed the dead"));
  process.kill(process.pid, "SIGTERM");
  await sleep(20);
  forwarding.stop();
  box.pidfd.close();
  assert.is(process.listenerCount("SIGTERM"), before);
  assert.is(forwarding.endedBy(), undefined);
});

test("a key of the terminal ends a pid 1 in the foreground", { needs: ["root"] }, async () => {
  const box = await first("echo ready; exec sleep 100");
  const forwarding = forward(box.pid, box.pidfd, box.kill);
  forwarding.typed(signals.SIGINT, box.pid + 1);
  assert.is(forwarding.endedBy(), undefined);
  forwarding.typed(signals.SIGINT, box.pid);
  const end = await ended(box);
  forwarding.stop();
  assert.is(end, "killed");
  assert.is(forwarding.endedBy(), signals.SIGINT);
});

test("abort ends a pid 1 without a handler at once", { needs: ["root"] }, async () => {
  const box = await first("echo ready; exec sleep 100");
  const aborting = followAbort(AbortSignal.abort(), box);
  const end = await ended(box);
  aborting.stop();
  assert.is(end, "killed");
  assert.is(aborting.endedBy(), signals.SIGTERM);
});

test("abort kills what outlives SIGTERM, not earlier", { needs: ["root"] }, async () => {
  const box = await first("trap : TERM; echo ready; while :; do sleep 0.02; done");
  const controller = new AbortController();
  const aborting = followAbort(controller.signal, box, 200);
  assert.is(aborting.aborted(), false);
  const start = performance.now();
  controller.abort();
  const end = await ended(box);
  aborting.stop();
  assert.is(end, "killed");
  assert.ok(performance.now() - start >= 195);
  assert.ok(aborting.aborted());
  assert.is(aborting.endedBy(), undefined);
});

test.run();
