/** The same command lines to wrun, crun and runc: which succeed, and how the container is after each. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { install } from "../install.ts";
import { until } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { makeBundle, specText } from "./bundle.ts";
import type { Runtime } from "./look.ts";
import { type Story, stories } from "./table-stories.ts";

const test = topic("differential: lifecycle");
const needs = ["root", "busybox", "crun", "runc"] as const;
const runtimes = ["wrun", "crun", "runc"] as const;

const installed = install();
process.once("exit", installed.remove);
const programs: Record<Runtime, string[]> = {
  wrun: [process.execPath, installed.wrun],
  crun: ["crun"],
  runc: ["runc"],
};
const spec = [process.execPath, installed.wrun, "spec"];

interface Ran {
  ok: boolean;
  out: string;
  err: string;
}

/** One runtime with a state directory and a bundle of its own. */
function runner(runtime: Runtime, bundle: string): (...argv: string[]) => Ran {
  const root = temporary("state");
  const errors = join(root, "stderr");
  const [program = "", ...first] = programs[runtime];
  return (...argv) => {
    // Files and no pipes: a container holds on to them.
    const out = ["state", "list"].includes(argv[0] ?? "") ? "pipe" : "ignore";
    const stderr = openSync(errors, "w");
    const ran = spawnSync(program, [...first, "--root", join(root, "r"), ...argv], {
      cwd: bundle,
      stdio: ["ignore", out, stderr],
      encoding: "utf8",
    });
    closeSync(stderr);
    return { ok: ran.status === 0, out: ran.stdout ?? "", err: readFileSync(errors, "utf8") };
  };
}

/** The words are each runtime's own; that there are some is what a caller relies on, and that there are none of a success. */
function outcome({ ok, err }: Ran): string {
  if (ok) return err === "" ? "ok" : "ok, with words";
  return err === "" ? "fails silently" : "fails";
}

let count = 0;

async function told(runtime: Runtime, { edit, commands }: Story): Promise<string[]> {
  const bundle = makeBundle(specText(spec), (spec, directory) => {
    spec.root.readonly = false;
    edit?.(spec, directory);
  });
  const run = runner(runtime, bundle.directory);
  const id = `story${process.pid}x${count++}`;
  const status = (): string => {
    const { ok, out } = run("state", id);
    return ok ? JSON.parse(out).status : "none";
  };
  try {
    const lines: string[] = [];
    for (const [at, command] of commands.entries()) {
      if (command === "stopped") {
        await until(() => status() === "stopped", "the end of the container");
        lines.push("stopped");
        continue;
      }
      const words = command.split(" ").map((word) => (word === "ID" ? id : word));
      if (words[0] === "run") words.splice(1, 0, "--bundle", bundle.directory);
      const ran = run(...words);
      // What is going to stop may have done so already, or not.
      const isEnding = commands[at + 1] === "stopped";
      lines.push(`${outcome(ran)}${isEnding ? "" : ` ${status()}`}`);
    }
    return lines;
  } finally {
    run("delete", "--force", id);
    bundle.remove();
  }
}

for (const story of stories) {
  test(story.name, { needs, timeout_ms: 60_000 }, async () => {
    const [wrun, ...others] = await Promise.all(runtimes.map((one) => told(one, story)));
    const differences = others.flatMap((lines, i) =>
      lines.flatMap((answer, at) =>
        answer === wrun?.[at] ? [] : [{ who: runtimes[i + 1], at, answer }],
      ),
    );
    const isAllowed = (entry: NonNullable<Story["but"]>[number], found: (typeof differences)[0]) =>
      entry.who === found.who && entry.at === found.at && entry.answer.test(found.answer);
    const but = story.but ?? [];
    const left = differences.filter((found) => !but.some((entry) => isAllowed(entry, found)));
    assert.equal(left, [], `wrun: ${wrun?.join(", ")}`);
    const unused = but.filter((entry) => !differences.some((found) => isAllowed(entry, found)));
    assert.equal(unused, [], "differences that are no more");
  });
}

/** What is not the same on purpose: the version, what is beside the specification, and times. */
function normal(text: string): Record<string, unknown> {
  const { ociVersion, pid, created, owner, rootfs, ...rest } = JSON.parse(text);
  assert.match(ociVersion, /^1\.\d/);
  assert.ok(rest.status === "stopped" ? pid === 0 : pid > 0);
  assert.ok(Math.abs(Date.parse(created) - Date.now()) < 600_000);
  assert.match(rootfs, /rootfs$/);
  delete rest["systemd-scope"];
  return rest;
}

test("the state is one and the same", { needs }, async () => {
  const states = await Promise.all(
    runtimes.map(async (runtime) => {
      const bundle = makeBundle(specText(spec), (spec) => {
        spec.process.args = ["/bin/sleep", "1000"];
        spec.annotations = { "org.a": "b", c: "" };
      });
      const run = runner(runtime, bundle.directory);
      const id = `state${process.pid}`;
      const pidFile = join(bundle.directory, "pid");
      const states: Record<string, unknown>[] = [];
      const look = (): void => {
        const { out } = run("state", id);
        states.push({ ...normal(out), bundle: JSON.parse(out).bundle === bundle.directory });
      };
      try {
        assert.ok(run("create", "--pid-file", pidFile, id).ok);
        look();
        assert.is(readFileSync(pidFile, "utf8"), `${JSON.parse(run("state", id).out).pid}`);
        run("start", id);
        look();
        const list = JSON.parse(run("list", "--format", "json").out);
        states.push(list.map(({ id, status }: Record<string, string>) => [id, status]));
        states.push(run("list", "-q").out as never);
        run("kill", id, "KILL");
        await until(() => JSON.parse(run("state", id).out).status === "stopped");
        look();
        return states;
      } finally {
        run("delete", "--force", id);
        bundle.remove();
      }
    }),
  );
  assert.equal(states[1], states[0]);
  assert.equal(states[2], states[0]);
});

test.run();
