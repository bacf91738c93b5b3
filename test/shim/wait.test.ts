import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import * as assert from "uvu/assert";
import { hasEnded, pidfdOpen, pidfdSendSignal, waitPidfd } from "../../shim/pidfd.ts";
import { pipe2 } from "../../shim/socket.ts";
import { ended, exited, reapLater } from "../../shim/wait.ts";
import { slowness, topic } from "../harness.ts";
import { shell } from "./child.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim wait");
const ignore = () => {};

test("tells an exit code from a signal", { vm: true }, () =>
  kept(async () => {
    using exits = shell("exit 7");
    using killed = shell("kill -TERM $$");
    assert.equal(await exited(exits), { exited: 7 });
    assert.equal(await exited(killed), { killed: 15, core: false });
  }),
);

test("waits for a hundred at once and leaves the thread pool alone", { vm: true }, () =>
  kept(async () => {
    const count = 100;
    const [reading, writing] = pipe2();
    const pidfds = Array.from({ length: count }, (_, i) =>
      shell(`read line; exit ${i}`, [[reading.number, 0]]),
    );
    reading.close();
    const all = Promise.all(pidfds.map((pidfd) => exited(pidfd)));
    const start = performance.now();
    await Promise.all(Array.from({ length: 16 }, () => readFile("/proc/self/stat")));
    assert.ok(performance.now() - start < 1000 * slowness, "files are read meanwhile");
    assert.is(pidfds.filter(hasEnded).length, 0, "all run meanwhile");
    // They wait for the end of the pipe.
    writing.close();
    assert.equal(
      await all,
      Array.from({ length: count }, (_, exited) => ({ exited })),
    );
    assert.is(process.listenerCount("SIGCHLD"), 0);
    for (const pidfd of pidfds) pidfd.close();
  }),
);

test("a signal that comes at any moment is no answer", () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    using pidfd = shell("read line", [[reading.number, 0]]);
    reading.close();
    process.on("SIGUSR2", ignore);
    const heard = once(process, "SIGUSR2");
    // So many and no more: where this process dies, the number may be another's.
    using noise = shell(`for i in $(seq 20000); do kill -USR2 ${process.pid}; done`);
    await heard;
    while (!hasEnded(noise)) assert.not(hasEnded(pidfd));
    assert.equal(await exited(noise), { exited: 0 });
    process.off("SIGUSR2", ignore);
    writing.close();
    await exited(pidfd);
  }));

test("a child that is left does not stay a zombie", () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    const pidfd = shell("read line", [[reading.number, 0]]);
    reading.close();
    const info = await readFile(`/proc/self/fdinfo/${pidfd.number}`, "utf8");
    const pid = /^Pid:\s+(\d+)$/m.exec(info)?.[1];
    reapLater(pidfd);
    await readFile(`/proc/${pid}/stat`);
    writing.close();
    const end_ms = performance.now() + 10_000 * slowness;
    while (existsSync(`/proc/${pid}`)) {
      assert.ok(performance.now() < end_ms, "it is still there");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.is(process.listenerCount("SIGCHLD"), 0);
  }));

test("hears of an end at once", async () => {
  using pidfd = shell("sleep 0.05");
  const start = performance.now();
  await exited(pidfd);
  assert.ok(performance.now() - start < 400 * slowness);
});

test("hears of an end that comes just before there is a listener", () =>
  kept(async () => {
    using pidfd = shell("sleep 0.05");
    const { on } = process;
    process.on = (...args: Parameters<typeof on>) => {
      while (!hasEnded(pidfd)) {}
      return on.apply(process, args);
    };
    const start = performance.now();
    try {
      const status = exited(pidfd);
      process.on = on;
      assert.equal(await status, { exited: 0 });
    } finally {
      process.on = on;
    }
    assert.ok(performance.now() - start < 400 * slowness);
  }));

test("takes a status once, and only of a child", { vm: true }, () =>
  kept(async () => {
    using pidfd = shell("exit 0");
    assert.equal(await exited(pidfd), { exited: 0 });
    assert.match((await thrown(() => waitPidfd(pidfd))).message, /^waitid `pid \d+`: ECHILD/);
    using parent = pidfdOpen(process.ppid);
    assert.match((await thrown(() => exited(parent))).message, /^waitid `pid \d+`: ECHILD/);
  }),
);

test("says that there is no such process", () =>
  kept(async () => {
    using pidfd = shell("exit 0");
    await exited(pidfd);
    assert.match(
      (await thrown(() => pidfdSendSignal(pidfd, 0))).message,
      /^pidfd_send_signal `pid \d+`: ESRCH \(no such process\)$/,
    );
    assert.match((await thrown(() => pidfdOpen(4194303))).message, /: ESRCH/);
  }));

test("waits for the end of a process and leaves its status", { vm: true }, () =>
  kept(async () => {
    using pidfd = shell("sleep 0.05; exit 3");
    assert.not(hasEnded(pidfd));
    assert.is(waitPidfd(pidfd), undefined);
    await ended(pidfd);
    assert.ok(hasEnded(pidfd));
    assert.equal(waitPidfd(pidfd), { exited: 3 });
  }),
);

test("stops waiting when told, and the child goes on", () =>
  kept(async () => {
    using pidfd = shell("sleep 5");
    const controller = new AbortController();
    const waits = [exited, ended].map((wait) => thrown(() => wait(pidfd, controller.signal)));
    controller.abort(new Error("enough"));
    for (const error of await Promise.all(waits)) assert.is(error.message, "enough");
    assert.is((await thrown(() => exited(pidfd, controller.signal))).message, "enough");
    assert.is(process.listenerCount("SIGCHLD"), 0);
    pidfdSendSignal(pidfd, 9);
    assert.equal(await exited(pidfd), { killed: 9, core: false });
  }));

test("works in a worker thread, where no signal arrives", async () => {
  const worker = new Worker(fileURLToPath(import.meta.url));
  const status = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  assert.equal(status, { exited: 9 });
  await worker.terminate();
});

async function thread(): Promise<void> {
  using pidfd = shell("sleep 0.05; exit 9");
  parentPort?.postMessage(await exited(pidfd));
}

if (isMainThread) test.run();
else await thread();
