/** `wrun facts` and `wrun plan --facts`, as commands. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { factsText, parseFacts } from "../../runtime/facts/file.ts";
import { ordinary } from "../doctor/hosts.ts";
import { project, topic } from "../harness.ts";

const test = topic("wrun facts");
const directory = mkdtempSync(join(tmpdir(), "wrun-facts-"));
process.once("exit", () => rmSync(directory, { recursive: true }));

function wrun(argv: string[]) {
  const bin = join(project, "dist/wrun.cjs");
  const ran = spawnSync(process.execPath, [bin, ...argv], { encoding: "utf8" });
  return { status: ran.status, out: ran.stdout, err: ran.stderr };
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const flags = ["--name", "web", "--memory", "64m", "--", "sh"];

test("writes facts that are read again", () => {
  const { status, out, err } = wrun(["facts"]);
  assert.equal([status, err], [0, ""]);
  assert.is(parseFacts(Buffer.from(out), "-").arch, process.arch);
});

test("a plan by this host's facts is this host's plan, to the byte", () => {
  const path = file("here.json", wrun(["facts"]).out);
  // Limits are not for everybody who runs the tests.
  const unlimited = ["--name", "web", "--", "sh"];
  const here = wrun(["plan", ...unlimited]);
  const there = wrun(["plan", "--facts", path, ...unlimited]);
  assert.is(there.status, 0, there.err);
  assert.is(there.out, here.out);
});

test("a plan for a user on a laptop with cgroup v2, made here", () => {
  const path = file("laptop.json", factsText(ordinary.facts));
  const { status, out, err } = wrun(["plan", "--brief", "--facts", path, ...flags]);
  assert.equal([status, err], [0, ""]);
  assert.match(out, "memory.max = 67108864");
  assert.match(out, "/sys/fs/cgroup/user.slice/user-1000.slice/");
  assert.match(out, /\n {2}uid {2}0 -> 1000 /);
});

test("a comparison with another runtime, on the laptop", () => {
  const path = file("compare.json", factsText(ordinary.facts));
  const swap = ["--memory", "64m", "--memory-swap", "64m"];
  const { status, out, err } = wrun(["compare", "--as", "youki", "--facts", path, ...swap]);
  assert.equal([status, err], [0, ""]);
  const [pointer, theirs] = out.split("\n");
  assert.is(pointer, "/linux/resources/memory");
  assert.match(theirs ?? "", /^ {2}youki \d\S+ +memory\.max = 67108864$/);
  assert.match(out, "memory.max = 67108864, memory.swap.max = 0");
  const same = wrun(["compare", "--as", "runc", "--facts", path, "--json", ...swap]);
  assert.equal(JSON.parse(same.out).differences, []);
  assert.is(wrun(["compare"]).status, 2);
  assert.match(wrun(["compare", "--as", "lxc"]).err, "it is one of runc, crun, youki");
});

test("facts come through a pipe as well", () => {
  // A pipe of the shell: what Node gives a child is a socket, which open(2) of /dev/stdin refuses.
  const words = [process.execPath, join(project, "dist/wrun.cjs"), "plan", "--brief", ...flags];
  const script = `cat "$0" | "$@"`;
  words.splice(3, 0, "--facts", "/dev/stdin");
  const path = file("piped.json", factsText(ordinary.facts));
  const { status, stdout } = spawnSync("sh", ["-c", script, path, ...words], { encoding: "utf8" });
  assert.is(status, 0);
  assert.match(stdout, "user-1000.slice");
});

test("says which file is wrong, and where in it", () => {
  const text = factsText(ordinary.facts).replace('"cpus": 8', '"cpus": "eight"');
  const path = file("wrong.json", text);
  const { status, out, err } = wrun(["plan", "--facts", path, ...flags]);
  assert.equal([status, out], [125, ""]);
  assert.match(err, "`facts.cpus` is a string, not a number");
  assert.match(err, `in       ${path} at /facts/cpus\n`);
  const json = JSON.parse(wrun(["plan", "--json", "--facts", path, ...flags]).err);
  assert.equal(
    [json.error.code, json.error.pointer, json.error.document],
    ["ERR_FACTS", "/facts/cpus", path],
  );
  const absent = wrun(["plan", "--facts", join(directory, "absent.json")]);
  assert.is(absent.status, 125);
  assert.match(absent.err, "absent.json`: ENOENT");
});

test.run();
