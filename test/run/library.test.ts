/** `run` as a function: what it resolves with, what it rejects with, and a hundred at once. */
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { plan } from "../../runtime/plan.ts";
import { RunError, type RunResult } from "../../runtime/run/result.ts";
import { run } from "../../runtime/run/run.ts";
import { slowness, topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { background, launch, newId, output, refusal, until } from "./launch.ts";
import { rootfs, temporary } from "./rootfs.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("library");

const needs = ["root", "busybox"] as const;

/** The public function, in the busybox. */
function call(script: string, options: RunOptions = {}): Promise<RunResult> {
  const env = { WRUN_TEST_MARK: "library" };
  return run({ name: newId(), rootfs: rootfs(), args: ["sh", "-c", script], env, ...options });
}

async function rejected(script: string, options: RunOptions = {}): Promise<RunError> {
  const error = await refusal(call(script, options));
  assert.instance(error, RunError);
  return error as RunError;
}

const keys = ["aborted", "duration_ms", "exitCode", "id", "oom", "overflow", "stderr", "stdout"];

test("a result", { needs }, async () => {
  const result = await call("echo out; echo err >&2", { name: `${newId()}-named` });
  assert.equal(Object.keys(result).sort(), keys);
  const { exitCode, stdout, stderr, oom, aborted, overflow, duration_ms, id } = result;
  assert.equal([exitCode, stdout, stderr], [0, "out\n", "err\n"]);
  assert.equal([oom, aborted, overflow], [false, false, false]);
  assert.ok(duration_ms > 0 && duration_ms < 20_000 * slowness);
  assert.match(id, /-named$/);
});

test("a failure has the shape of a result", { needs }, async () => {
  const error = await rejected("echo out; exit 7");
  for (const key of keys) assert.ok(key in error, key);
  assert.equal([error.code, error.exitCode, error.stdout], ["ERR_EXIT", 7, "out\n"]);
  assert.is(error.message, "`sh` ended with exit code 7");
  const killed = await rejected("kill -9 $$; sleep 1; trap - TERM; exec sh -c 'exit 1'");
  assert.is(killed.code, "ERR_EXIT");
});

test("reject: false gives the failure as a result", { needs }, async () => {
  const result = await call("exit 7", { reject: false });
  assert.equal(Object.keys(result).sort(), keys);
  assert.is(result.exitCode, 7);
});

test("what cannot be started rejects in any case", { needs }, async () => {
  const error = await refusal(call("", { workdir: "/no/such", reject: false }));
  assert.not.instance(error, RunError);
  assert.is(error.code, "ERR_CWD");
});

test("streams can be ignored", { needs }, async () => {
  const result = await call("echo out", { stdout: "ignore", stderr: "ignore" });
  assert.not.ok("stdout" in result || "stderr" in result);
});

test("maxBuffer ends a container that writes without end", { needs }, async () => {
  const error = await leavesNothing(() => rejected("yes", { maxBuffer_bytes: "1m" }));
  assert.equal([error.overflow, error.signal, error.exitCode], [true, "SIGKILL", 137]);
  assert.is(error.stdout?.length, 1 << 20);
  const exact = await call("head -c 1000 /dev/zero", { maxBuffer_bytes: 1000 });
  assert.equal([exact.stdout?.length, exact.overflow], [1000, false]);
});

test("a background process does not hold the result up", { needs }, async () => {
  const { stdout } = await call("sleep 1000 & echo done");
  assert.is(stdout, "done\n");
});

/** `script` says that it is ready by making /mnt/ready, which is in `out`. */
async function aborted(
  script: string,
  killAfter_ms: number,
  out: string,
): Promise<[RunError, number]> {
  const control = new AbortController();
  const volumes = [`${out}:/mnt`];
  const running = rejected(script, { signal: control.signal, killAfter_ms, volumes });
  await until(() => existsSync(join(out, "ready")), "the program");
  const start_ms = performance.now();
  control.abort();
  return [await running, performance.now() - start_ms];
}

test("an abort is SIGTERM", { needs }, async () => {
  const script = "trap 'echo bye; exit 5' TERM; echo >/mnt/ready; while :; do sleep 0.01; done";
  const out = temporary("out");
  const [error] = await leavesNothing(() => aborted(script, 60_000, out));
  assert.equal([error.code, error.aborted, error.exitCode], ["ERR_ABORTED", true, 5]);
  assert.is(error.stdout, "bye\n");
});

test("an abort of what does not listen is SIGKILL after killAfter_ms", { needs }, async () => {
  const deaf = "trap 'echo no' TERM; echo >/mnt/ready; while :; do sleep 0.01; done";
  const out = temporary("out");
  const [error, time_ms] = await leavesNothing(() => aborted(deaf, 2000, out));
  assert.equal([error.aborted, error.signal, error.stdout], [true, "SIGKILL", "no\n"]);
  assert.ok(time_ms >= 1990, `${time_ms} ms`);
});

test("an abort before the start starts nothing", { needs }, async () => {
  const reason = new Error("not now");
  const failed = await call("true", { signal: AbortSignal.abort(reason) }).then(
    () => undefined,
    (error) => error,
  );
  assert.ok(failed === reason || failed?.cause === reason || failed?.aborted, `${failed}`);
});

test("an abort at any moment of the launch", { needs }, async () => {
  await call("true");
  await leavesNothing(async () => {
    for (let i = 0; i < 12; i++) {
      const control = new AbortController();
      const running = call("sleep 1000", { signal: control.signal, reject: false });
      setTimeout(() => control.abort(), i * 3);
      const ended = await running.catch((error) => error);
      assert.ok(
        ended.aborted || ended.code === "ERR_ABORTED",
        `${ended.message ?? ended.exitCode}`,
      );
    }
  });
});

test("an unknown option is an error", { needs }, async () => {
  const options = { readonly: true, memroy: "64m" } as RunOptions;
  const error = await refusal(call("true", options));
  assert.is(error.code, "ERR_USAGE");
  assert.match(`${error.message} ${error.hint}`, /readonly|memroy/);
  const wrong: unknown[] = [{ memory: {} }, { cpus: "fast" }, { volumes: "/a:/b" }, { tty: "yes" }];
  for (const options of wrong) {
    assert.is((await refusal(call("true", options as RunOptions))).code, "ERR_USAGE");
  }
});

test("an id that is taken", { needs }, async () => {
  const first = await background("");
  try {
    const error = await leavesNothing(() => refusal(launch("true", { name: first.id })));
    assert.equal([error.code, error.exitCode], ["ERR_ID_TAKEN", 125]);
  } finally {
    await first.stop();
  }
  assert.is((await launch("true", { name: first.id })).exitCode, 0);
});

test("of two with one id at once, one runs", { needs }, async () => {
  const name = newId();
  const all = await Promise.allSettled(
    Array.from({ length: 5 }, () => launch("sleep 0.3", { name })),
  );
  const codes = all.map((x) => (x.status === "fulfilled" ? "ran" : (x.reason as WrunError).code));
  assert.equal(codes.sort(), [...Array(4).fill("ERR_ID_TAKEN"), "ran"]);
});

test("a hundred at once", { needs, timeout_ms: 90_000 }, async () => {
  await launch("true");
  const gate = temporary("gate");
  const volumes = [`${gate}:/mnt:ro`];
  await leavesNothing(async () => {
    let running = 0;
    const started = (): void => {
      running++;
    };
    const runs = Array.from({ length: 100 }, (_, i) => {
      const script = `echo ${i}; until [ -e /mnt/open ]; do sleep 0.2; done; echo end`;
      return output(script, { volumes }, { started });
    });
    const texts = Promise.all(runs);
    await Promise.race([until(() => running === 100, "the start of all"), texts]);
    // Node's pool has four threads: were they held by those that wait, this would take for ever.
    await Promise.all(Array.from({ length: 20 }, () => readFile("/proc/self/status")));
    writeFileSync(join(gate, "open"), "");
    assert.equal(
      await texts,
      Array.from({ length: 100 }, (_, i) => `${i}\nend\n`),
    );
  });
});

interface Range {
  host: number;
  size: number;
}

async function ranges(count: number, size: number): Promise<Range[]> {
  const userns = `auto:size=${size}`;
  const all = Array.from({ length: count }, async () => {
    const text = await output("cat /proc/self/uid_map /proc/self/gid_map; sleep 0.3", { userns });
    const [uid, gid] = text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number));
    assert.equal(uid, gid);
    const [inside, host = 0, length = 0] = uid ?? [];
    assert.equal([inside, length], [0, size]);
    return { host, size: length };
  });
  return Promise.all(all);
}

test("automatic id ranges never overlap", { needs: ["root", "busybox", "userns"] }, async () => {
  const [a, b] = (await ranges(2, 2000)).sort((x, y) => x.host - y.host);
  assert.is((b?.host ?? 0) - (a?.host ?? 0), 2000, "the second follows the first");
  const many = (await ranges(15, 1000)).sort((x, y) => x.host - y.host);
  many.slice(1).forEach(({ host }, i) => {
    const before = many[i] as Range;
    assert.ok(before.host + before.size <= host, `${before.host} and ${host}`);
  });
});

test("a plan changes nothing", { needs }, async () => {
  await launch("true");
  await leavesNothing(async () => {
    const { program, decisions } = plan({ rootfs: rootfs(), memory: "64m", userns: "auto" });
    assert.ok(program.steps.length > 100);
    assert.ok(decisions.uidMap);
  });
});

const jobs: Jobs = {
  many: async () => {
    await launch("true");
    return leavesNothing(async () => {
      const texts = Array.from({ length: 20 }, (_, i) => output(`echo ${i}`));
      assert.equal(
        await Promise.all(texts),
        Array.from({ length: 20 }, (_, i) => `${i}\n`),
      );
    });
  },
};

test("many at once by an ordinary user", { needs: ["user", "userns", "busybox"] }, async ({
  user,
}) => {
  await ask(user, import.meta.url, "many");
});

if (!(await isJob(jobs))) test.run();
