/** The command as it is installed: exit codes, and what goes to which stream. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";

const test = topic("wrun");
const bin = join(project, "dist/wrun.cjs");

interface Ran {
  status: number | null;
  out: string;
  err: string;
}

function wrun(argv: string[], env: NodeJS.ProcessEnv = {}, input = ""): Ran {
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env;
  const ran = spawnSync(process.execPath, [bin, ...argv], { env: { ...rest, ...env }, input });
  return { status: ran.status, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

const lastLine = (text: string) => text.trimEnd().split("\n").at(-1) ?? "";

test("--version is that of the package", () => {
  const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  const out = `wrun version ${version}\nspec: 1.3.0\n`;
  for (const argv of [["--version"], ["-v"], ["--rootless", "auto", "--version"]]) {
    assert.equal(wrun(argv), { status: 0, out, err: "" });
  }
});

test("--debug says what is run and how it went, to stderr or to the log", () => {
  const { out, err } = wrun(["--debug", "--version"]);
  assert.match(out, /^wrun version /);
  assert.match(err, /^wrun: debug: wrun \S+ on Node \S+, pid \d+: "--debug" "--version"$/m);
  assert.match(err, /^wrun: debug: exit status 0 after \d+ ms$/m);
  const log = join(mkdtempSync(join(tmpdir(), "wrun-test-log-")), "log");
  wrun(["--debug", "--log", log, "--log-format", "json", "state", "no-such"]);
  const lines = readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(
    lines.map(({ level }) => level),
    ["debug", "error", "debug"],
  );
  assert.match(lines[2].msg, /^exit status 125 after/);
  rmSync(dirname(log), { recursive: true });
});

test("help is an answer: on stdout, and 0", () => {
  for (const argv of [["--help"], ["-h"], ["help"], ["run", "--help"], ["doctor", "-h"]]) {
    const { status, out, err } = wrun(argv);
    assert.equal([status, err], [0, ""], argv.join(" "));
    assert.match(out, "usage: wrun");
  }
});

const mistakes: [argv: string[], status: number, last: string][] = [
  [[], 2, "wrun doctor"],
  [["runn"], 2, "did you mean `run`?"],
  [["--verbose"], 2, "there is no flag `--verbose`"],
  [["spec", "--rootles"], 2, "did you mean `--rootless`?"],
  [["spec", "x"], 2, "takes no argument"],
  [["doctor", "x"], 2, "takes no argument"],
  [["delete"], 2, "needs the id"],
  [["delete", "a", "b"], 2, "takes no argument"],
  [["plan", "--memory", "x"], 2, "`--memory` is `x`"],
  [["run", "--memroy", "5"], 125, "did you mean `--memory`?"],
  [["run", "--memory-swap", "5q"], 125, "`--memory-swap` is `5q`"],
  [["run", "--status-fd", "77"], 125, "EBADF"],
  [["run", "--status-fd", "x"], 125, "not the number of a file"],
  [["delete", "no-such-container"], 125, "ERR_NOT_FOUND"],
  [["run", "--bundle", "/no/such/bundle"], 125, "ERR_BUNDLE_NOT_FOUND"],
];

for (const [argv, status, last] of mistakes)
  test(`\`wrun ${argv.join(" ")}\` is ${status}, and the last line says why`, () => {
    const ran = wrun(argv);
    assert.is(ran.status, status, ran.err);
    assert.is(ran.out, "");
    assert.match(lastLine(ran.err), last);
  });

test("colours only when asked for", () => {
  assert.not.match(wrun(["runn"]).err, "\x1b");
  assert.match(wrun(["runn"], { FORCE_COLOR: "1" }).err, "\x1b[31mwrun:");
});

test("an error is JSON with --json, but not with the container's own --json", () => {
  const { error } = JSON.parse(wrun(["plan", "--json", "--memory", "x"]).err);
  assert.is(error.code, "ERR_USAGE");
  assert.is(error.exitCode, 2);
  for (const argv of [
    ["--", "--json"],
    ["sh", "--json"],
  ])
    assert.match(wrun(["plan", "--memory", "x", ...argv]).err, /^wrun: /);
  assert.is(JSON.parse(wrun(["plan", "--jsn", "--json"]).err).error.code, "ERR_USAGE");
});

test("doctor answers as text and as JSON, alike", () => {
  const text = wrun(["doctor"]);
  const json = wrun(["doctor", "--json"]);
  const { fit, checks } = JSON.parse(json.out);
  assert.is(json.status, fit ? 0 : 1);
  assert.is(text.status, json.status);
  assert.ok(checks.length > 15);
  for (const { name } of checks) assert.ok(text.out.includes(name), name);
});

test("plan prints every step, alike as text and JSON, and needs no rights", { needs: ["user"] }, ({
  user,
}) => {
  const argv = [bin, "plan", "--json", "--name", "plan-test", "--", "sh"];
  const options = { uid: user.uid, gid: user.gid, cwd: "/", env: { PATH: process.env.PATH } };
  const { stdout } = spawnSync(process.execPath, argv, options);
  const { id, decisions, program } = JSON.parse(stdout.toString());
  assert.is(id, "plan-test");
  assert.is(decisions.namespaces.decisions.length, 8);
  const text = wrun(["plan", "--name", "plan-test", "--userns", "auto", "--", "sh"]).out;
  assert.match(text, /\nid maps\n/);
  assert.ok(program.steps.length > 100);
  assert.match(text, /\n\d+ steps of init/);
});

test("a reader that leaves early is no error", () => {
  const argv = `"${process.execPath}" "${bin}" plan -- sh | head -n 1`;
  const { stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", argv]);
  assert.match(stdout.toString(), /^container /);
  assert.is(stderr.toString(), "");
});

test("spec writes a bundle once, and never over another", () => {
  const bundle = mkdtempSync(join(tmpdir(), "wrun-spec-"));
  try {
    assert.equal(wrun(["spec", "--bundle", bundle]), { status: 0, out: "", err: "" });
    const first = readFileSync(join(bundle, "config.json"), "utf8");
    assert.equal(JSON.parse(first).process.args, ["sh"]);
    const again = wrun(["spec", "--rootless", "-b", bundle]);
    assert.is(again.status, 2);
    assert.match(lastLine(again.err), "EEXIST");
    assert.is(readFileSync(join(bundle, "config.json"), "utf8"), first);
  } finally {
    rmSync(bundle, { recursive: true });
  }
});

test("delete --force of what is gone is no error", () => {
  assert.equal(wrun(["delete", "--force", "no-such-container"]), { status: 0, out: "", err: "" });
});

const run = { needs: ["root" as const] };

test("run passes the exit code on", run, () => {
  assert.is(wrun(["run", "--", "sh", "-c", "exit 7"]).status, 7);
});

test("run passes a signal on, and exits with 128+n", run, async () => {
  const argv = [bin, "run", "--status-fd", "1", "--", "sleep", "60"];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.once("data", () => child.kill("SIGTERM"));
  const [status] = await once(child, "close");
  assert.is(status, 128 + 15);
});

test("run gives the container wrun's own streams, and its words as they are", run, () => {
  const { out, err } = wrun(["run", "sh", "-c", 'cat; echo "$1" >&2', "-", "a  b$(id)"], {}, "in");
  assert.is(out, "in");
  assert.is(err, "a  b$(id)\n");
});

test(
  "run leaves the streams blocking for the container (a full pipe must not be EAGAIN)",
  run,
  () => {
    const script = `"${process.execPath}" "${bin}" run -- sh -c 'head -c 400000 /dev/zero' | { sleep 0.5; wc -c; }`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script]);
    assert.is(stdout.toString().trim(), "400000");
    assert.is(stderr.toString(), "");
  },
);

test("--status-fd tells a program's own 125 from wrun's", run, () => {
  const events = (argv: string[]) => {
    const stdio = ["ignore" as const, "pipe" as const, "pipe" as const, "pipe" as const];
    const { status, output, stderr } = spawnSync(
      process.execPath,
      [bin, "run", "--status-fd", "3", ...argv],
      { stdio },
    );
    assert.ok(output[3], stderr.toString());
    const lines = String(output[3]).trimEnd().split("\n");
    return { status, events: lines.map((line) => JSON.parse(line)) };
  };
  const own = events(["--name", "status-test", "--", "sh", "-c", "exit 125"]);
  assert.is(own.status, 125);
  assert.equal(
    own.events.map(({ event }) => event),
    ["started", "exited"],
  );
  assert.is(own.events[1].exitCode, 125);
  assert.is(own.events[0].id, "status-test");
  const ours = events(["--rootfs", "/no/such/rootfs", "--", "sh"]);
  assert.is(ours.status, 125);
  assert.equal(
    ours.events.map(({ event, code }) => [event, code]),
    [["failed", "ERR_ROOTFS"]],
  );
});

test("the container gets no descriptor of the status channel", run, () => {
  const script = `"${process.execPath}" "${bin}" run --status-fd 9 -- sh -c 'ls /proc/self/fd' 9>/dev/null`;
  const { stdout } = spawnSync("bash", ["-c", script]);
  assert.equal(stdout.toString().trim().split("\n"), ["0", "1", "2", "3"]);
});

test.run();
