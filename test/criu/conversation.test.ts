/** The conversation with CRIU, with a program in its place that says what it is told to: also where CRIU itself cannot run. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { decodeMessage, encodeMessage } from "../../runtime/criu/protobuf.ts";
import { checkpoint } from "../../runtime/lifecycle/checkpoint.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { project, topic } from "../harness.ts";
import { clear, created, lastLine, warmUp, wrunIn } from "../lifecycle/place.ts";
import { newId, stateRoot, until } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { isAsBefore, trace } from "../run/trace.ts";

const test = topic("criu conversation");
const needs = ["root", "busybox"] as const;

/** A directory with a `criu` in it. The script has the number of its socket as `fd`, and `receive()` and `send()`. */
function fake(script: string): string {
  const directory = temporary("criu");
  const path = join(directory, "criu");
  const text = [
    `#!${process.execPath}`,
    'const { readSync, writeFileSync, writeSync } = require("node:fs");',
    "const [, , mode, number] = process.argv;",
    "const fd = Number(number);",
    `const here = ${JSON.stringify(directory)};`,
    "const receive = () => { const b = Buffer.alloc(65536); return b.subarray(0, readSync(fd, b)); };",
    "const send = (hex) => writeSync(fd, Buffer.from(hex, 'hex'));",
    "if (mode !== 'swrk') process.exit(9);",
    script,
  ];
  writeFileSync(path, text.join("\n"));
  chmodSync(path, 0o755);
  return directory;
}

const answer = (success: boolean, message: string): string =>
  Buffer.from(
    encodeMessage([
      [1, 1],
      [2, success],
      [9, message],
    ]),
  ).toString("hex");

const notice = (script: string): string =>
  Buffer.from(
    encodeMessage([
      [1, 6],
      [2, true],
      [5, [[1, script]]],
    ]),
  ).toString("hex");

const env = (directory: string) => ({ env: { PATH: `${directory}:${process.env.PATH}` } });

async function running(): Promise<string> {
  const { id } = await created("exec sleep 1000");
  await start(id);
  return id;
}

const save = (directory: string, id: string, ...flags: string[]) =>
  wrunIn(env(directory), "checkpoint", "--image-path", join(directory, "images"), ...flags, id);

test("CRIU gets one request, and goes on after each notice; the container is taken away then", {
  needs,
}, async () => {
  await warmUp();
  const before = trace();
  const directory = fake(`
    writeFileSync(here + "/request", receive());
    send("${notice("network-lock")}");
    writeFileSync(here + "/told", receive());
    send("${answer(true, "")}");
  `);
  const id = await running();
  const { pid, rootfs } = state(id);
  const path = process.env.PATH;
  try {
    process.env.PATH = `${directory}:${path}`;
    await checkpoint(id, { imagePath: join(directory, "images"), fileLocks: true });
  } finally {
    process.env.PATH = path;
  }
  assert.throws(() => state(id), /does not exist/);
  const request = decodeMessage(readFileSync(join(directory, "request")));
  const options = decodeMessage(request.get(2)?.[0] as Uint8Array);
  const text = (field: number) =>
    options.get(field)?.map((each) => Buffer.from(each as Uint8Array).toString());
  assert.equal([request.get(1), options.get(2)], [[1n], [BigInt(pid)]]);
  assert.equal([text(13), options.get(8)], [[rootfs], [1n]]);
  assert.ok(text(37)?.includes("mnt[/proc/keys]:/dev/null"), `${text(37)}`);
  assert.is(readFileSync(join(directory, "told")).toString("hex"), "08061801");
  const descriptors = JSON.parse(readFileSync(join(directory, "images/descriptors.json"), "utf8"));
  assert.equal(descriptors, Array(3).fill(text(37)?.find((each) => each.startsWith("file["))));
  await isAsBefore(before);
});

test("a CRIU that refuses or breaks off: an error that says it, and a container that goes on", {
  needs,
}, async () => {
  const id = await running();
  const { pid } = state(id);
  const refusing = fake(`receive(); send("${answer(false, "Error (a.c:1): no such luck")}");`);
  const refused = save(refusing, id);
  assert.is(refused.status, 125);
  const about = `ERR_CRIU: cannot checkpoint the container \`${id}\`: CRIU: `;
  assert.match(lastLine(refused.err), `${about}no such luck; hint: all that CRIU has to say is in`);
  assert.match(lastLine(save(fake("process.exit(3);"), id).err), `${about}it ended without a word`);
  assert.match(lastLine(save(fake("receive();"), id).err), `${about}it ended without a word`);
  const broken = temporary("broken");
  writeFileSync(join(broken, "criu"), "\x7fELF that is none");
  chmodSync(join(broken, "criu"), 0o755);
  assert.match(lastLine(save(broken, id).err), /ERR_CRIU: cannot run CRIU, `.*criu`: ENOEXEC/);
  assert.equal([state(id).status, state(id).pid], ["running", pid]);
  await remove(id, { force: true });
});

test("a wrun that is killed while CRIU works leaves a container that goes on", {
  needs,
}, async () => {
  const before = trace();
  const id = await running();
  const directory = fake(`
    receive();
    writeFileSync(here + "/begun", "");
    while (receive().length > 0);
    writeFileSync(here + "/ended", "");
  `);
  const bin = join(project, "dist/wrun.cjs");
  const child = spawn(
    process.execPath,
    [bin, "checkpoint", "--image-path", join(directory, "i"), id],
    {
      env: { ...env(directory).env, WRUN_ROOT: stateRoot },
      stdio: "ignore",
    },
  );
  await until(() => existsSync(join(directory, "begun")), "CRIU");
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("close", resolve));
  assert.is(state(id).status, "running");
  // CRIU finds out for itself, and nobody holds the container any more.
  await until(() => existsSync(join(directory, "ended")), "the end of CRIU");
  await remove(id, { force: true });
  await isAsBefore(before);
});

test("a restore that fails leaves nothing, and says what is wrong", { needs }, async () => {
  const before = trace();
  const id = newId();
  const { bundle, id: other } = await created("true").then(({ id }) => state(id));
  await remove(other, { force: true });
  const refusing = fake(`receive(); send("${answer(false, "Error (b.c:2): not today")}");`);
  const images = temporary("images");
  const bring = (...flags: string[]) =>
    wrunIn(env(refusing), "restore", "-b", bundle, "--image-path", images, ...flags, id);
  assert.match(lastLine(bring("-d").err), "ERR_CRIU: there is no checkpoint in");
  writeFileSync(join(images, "descriptors.json"), '["", "", ""]');
  for (const flags of [["-d"], ["-d", "--pid-file", join(images, "pid")], []]) {
    const { status, err } = bring(...flags);
    assert.is(status, 125);
    const about = `ERR_CRIU: cannot restore the container \`${id}\`: CRIU: not today`;
    assert.match(lastLine(err), about);
    assert.is(wrunIn({}, "state", id).status, 125);
  }
  const usage = bring("--manage-cgroups-mode", "odd");
  assert.equal([usage.status, /soft, full, strict or ignore/.test(usage.err)], [2, true]);
  await isAsBefore(before);
});

test("nothing is left", { needs }, clear);
test.run();
