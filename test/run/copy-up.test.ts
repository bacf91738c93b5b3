/** A tmpfs with `tmpcopyup`: it begins with the files that it covers. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Mount } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { bundle } from "./bundle.ts";
import { launch, output, refusal } from "./launch.ts";
import { makeRootfs, temporary } from "./rootfs.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("tmpcopyup", { vm: true });
const needs = ["root", "busybox"] as const;

/** With a directory /data of all that can be copied. */
function image(): string {
  const root = makeRootfs();
  const data = join(root, "data");
  mkdirSync(join(data, "deep/er"), { recursive: true });
  chmodSync(data, 0o1777);
  writeFileSync(join(data, "deep/er/large"), "x".repeat(300_000));
  writeFileSync(join(data, "set"), "#!", { mode: 0o755 });
  chownSync(join(data, "set"), 7, 8);
  chmodSync(join(data, "set"), 0o4755);
  chownSync(join(data, "deep"), 70_000, 70_000);
  symlinkSync("/etc/passwd", join(data, "out"));
  symlinkSync("deep", join(data, "in"));
  execFileSync("mkfifo", ["-m", "640", join(data, "pipe")]);
  return root;
}

function withMounts(root: string, mounts: Mount[], options: RunOptions = {}): string {
  return bundle((spec) => ({ ...spec, mounts: [...(spec.mounts ?? []), ...mounts] }), {
    rootfs: root,
    ...options,
  });
}

const tmpfs = (destination: string, ...options: string[]): Mount => ({
  ...{ destination, type: "tmpfs", source: "tmpfs" },
  options: ["tmpcopyup", "nosuid", ...options],
});

const look = `cd "$1" && find . | sort | xargs stat -c "%n %A %u:%g" && readlink in && readlink out
  sha256sum deep/er/large | cut -c-8; grep -c " $1 tmpfs" /proc/mounts`;

test("files, directories, links and pipes, with owner and rights", { needs }, async () => {
  const path = withMounts(image(), [tmpfs("/data")]);
  const script = `set -- /data; ${look}; touch /data/new; test -u /data/set && echo setuid`;
  assert.equal((await output(script, { bundle: path })).trim().split("\n"), [
    ". drwxrwxrwt 0:0",
    "./deep drwxr-xr-x 70000:70000",
    "./deep/er drwxr-xr-x 0:0",
    "./deep/er/large -rw-r--r-- 0:0",
    "./in lrwxrwxrwx 0:0",
    "./out lrwxrwxrwx 0:0",
    "./pipe prw-r----- 0:0",
    "./set -rwsr-xr-x 7:8",
    "deep",
    "/etc/passwd",
    execFileSync("sh", ["-c", "head -c 300000 /dev/zero | tr '\\0' x | sha256sum | cut -c-8"])
      .toString()
      .trim(),
    "1",
    "setuid",
  ]);
});

test("read-only when it is full, and with another mode", { needs }, async () => {
  const path = withMounts(image(), [tmpfs("/data", "ro", "mode=700")]);
  const script = "stat -c %A /data; cat /data/set; touch /data/new 2>&1; true";
  const seen = await output(script, { bundle: path });
  assert.match(seen, /^drwx------\n#!touch: .*Read-only file system/);
});

test("ids that the user namespace has not are its root's", { needs }, async () => {
  const options = { userns: "auto:size=5000" } as const;
  const root = image();
  const path = withMounts(root, [tmpfs("/data")], options);
  assert.is(await output("stat -c %u:%g /data/deep /data/set", { bundle: path }), "0:0\n0:0\n");
});

test("what another mount brings, and a directory that is not there", { needs }, async () => {
  const volume = temporary("volume");
  mkdirSync(join(volume, "sub"));
  writeFileSync(join(volume, "sub/file"), "of the volume");
  const path = withMounts(image(), [
    { destination: "/mnt", type: "none", source: volume, options: ["bind"] },
    tmpfs("/mnt/sub"),
    { destination: "/new", type: "tmpfs", source: "tmpfs", options: [] },
    tmpfs("/new/x"),
    tmpfs("/nothing/here"),
  ]);
  const script = "cat /mnt/sub/file; echo; ls /new/x /nothing/here; echo y >/mnt/sub/file";
  const seen = await output(script, { bundle: path });
  assert.is(seen, "of the volume\n/new/x:\n\n/nothing/here:\n");
  assert.is(execFileSync("cat", [join(volume, "sub/file")]).toString(), "of the volume");
});

test("too little room, and too many files: nothing is left", { needs }, async () => {
  const root = image();
  await launch("true", { bundle: withMounts(root, []) });
  const small = withMounts(root, [tmpfs("/data", "size=64k")]);
  const full = await leavesNothing(() => refusal(launch("true", { bundle: small })));
  assert.is(full.code, "ERR_MOUNT");
  assert.match(full.message, /`deep\/er\/large`.*ENOSPC$/);
  for (let i = 0; i < 1001; i++) writeFileSync(join(root, "data", `${i}`), "");
  const error = await refusal(launch("true", { bundle: withMounts(root, [tmpfs("/data")]) }));
  assert.is(error.code, "ERR_CONFIG_UNSUPPORTED");
  assert.match(error.pointer ?? "", /^\/mounts\/\d+\/options$/);
});

test.run();
