/** config-linux.md: devices, paths that are masked or read-only, the root's propagation. A test for each MUST. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { RunResult } from "../../runtime/run/result.ts";
import type { Device } from "../../runtime/spec/types.ts";
import { project, topic } from "../harness.ts";
import { shell } from "../lifecycle/place.ts";
import { launch, newId, refusal } from "../run/launch.ts";
import { makeRootfs, temporary } from "../run/rootfs.ts";
import { alone, changed, inside, needs, raw, wrongAt } from "./place.ts";

const test = topic("config-linux.md: devices and paths");

const of = (...devices: Partial<Device>[]) => raw({ linux: { devices } });
const fifo: Device = { path: "/dev/mine", type: "p", fileMode: 0o640, uid: 7, gid: 8 };
const zero: Device = { path: "/dev/mine", type: "c", major: 1, minor: 5, fileMode: 0o604 };

test("#devices: what is listed is there", { needs }, async () => {
  const script = "stat -c '%F %a %t:%T %u:%g' /dev/mine";
  assert.is(await inside(script, of(zero)), "character special file 604 1:5 0:0\n");
  assert.is(await inside(script, of(fifo)), "fifo 640 0:0 7:8\n");
});

test("#devices: a path may be outside of /dev", { needs }, async () => {
  assert.is(
    await inside("test -c /mnt/zero && echo there", of({ ...zero, path: "/mnt/zero" })),
    "there\n",
  );
});

/** A container of a root filesystem of its own, with something at /mnt/there. */
function over(there: (path: string) => void, device: Device): Promise<RunResult> {
  const path = makeRootfs();
  there(join(path, "mnt/there"));
  const linux = { devices: [{ ...device, path: "/mnt/there" }] };
  return launch("true", { bundle: shell("", changed({ linux, top: { root: { path } } })) });
}

const mknod =
  (...args: string[]) =>
  (path: string): void => {
    execFileSync("mknod", [path, ...args]);
  };

for (const [name, there] of [
  ["a file", (path: string) => writeFileSync(path, "")],
  ["a directory", (path: string) => mkdirSync(path)],
  ["a link", (path: string) => symlinkSync("/bin/sh", path)],
  ["a fifo", mknod("p")],
  ["a device of other numbers", mknod("c", "1", "3")],
  ["a block device", mknod("b", "1", "5")],
] as const) {
  test(`#devices: what does not match at the path is an error: ${name}`, { needs }, async () => {
    const error = await alone(() => refusal(over(there, zero)));
    assert.match(error.message, "/mnt/there");
  });
}

test("#devices: what matches at the path stays", { needs }, async () => {
  assert.is((await over(mknod("c", "1", "5"), zero)).exitCode, 0);
  assert.is((await over(mknod("p"), fifo)).exitCode, 0);
});

for (const [name, device, at] of [
  ["a type is required", { path: "/dev/x", major: 1, minor: 5 }, "type"],
  ["a type is one of c, b, u, p", { ...zero, type: "x" }, "type"],
  ["a path is required", { type: "p" }, "path"],
  ["a path is whole", { ...zero, path: "dev/x" }, "path"],
] as const) {
  test(`#devices: ${name}`, { needs }, async () => {
    assert.is(await wrongAt(of(device as Partial<Device>)), `/linux/devices/0/${at}`);
  });
}

test("#devices: its numbers are required of all but p", { needs }, async () => {
  assert.is(await wrongAt(of({ path: "/dev/x", type: "c", minor: 5 })), "/linux/devices/0");
  assert.is(
    await inside("test -p /dev/x && echo there", of({ path: "/dev/x", type: "p" })),
    "there\n",
  );
});

for (const [name, number] of [
  ...([
    ["null", "1:3"],
    ["zero", "1:5"],
    ["full", "1:7"],
  ] as const),
  ...([
    ["random", "1:8"],
    ["urandom", "1:9"],
    ["tty", "5:0"],
  ] as const),
] as const) {
  test(`#default-devices: /dev/${name}`, { needs }, async () => {
    const seen = await inside(`stat -c '%F %t:%T' /dev/${name}`, { linux: { devices: [] } });
    assert.is(seen, `character special file ${number}\n`);
  });
}

test("#default-devices: /dev/ptmx is that of the container's devpts", { needs }, async () => {
  assert.is(await inside("readlink -f /dev/ptmx", {}), "/dev/pts/ptmx\n");
});

test("#default-devices: /dev/console is the terminal where there is one", {
  needs: [...needs, "script"],
}, async () => {
  const bundle = shell("stat -c %t /dev/console; tty", changed({ process: { terminal: true } }));
  const command = `${process.execPath} ${join(project, "dist/wrun.cjs")} run -b ${bundle} ${newId()}`;
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8" });
  assert.match(stdout, /88\r\n\/dev\/(pts\/0|console)/);
});

test("#default-devices: there is no /dev/console without a terminal", { needs }, async () => {
  assert.is(await inside("test -e /dev/console || echo none", {}), "none\n");
});

test("#default-filesystems: /proc, /sys, /dev/pts, /dev/shm", { needs }, async () => {
  const mounts = await inside("cat /proc/mounts", {});
  for (const [path, type] of [
    ...([
      ["/proc", "proc"],
      ["/sys", "sysfs"],
    ] as const),
    ...([
      ["/dev/pts", "devpts"],
      ["/dev/shm", "tmpfs"],
    ] as const),
  ] as const) {
    assert.match(mounts, new RegExp(`^\\S+ ${path} ${type} `, "m"));
  }
});

test("#masked-paths: a file cannot be read, and a directory is empty", { needs }, async () => {
  const linux = { maskedPaths: ["/proc/meminfo", "/etc"] };
  assert.is(await inside("cat /proc/meminfo; ls /etc; echo end", { linux }), "end\n");
});

test("#masked-paths and #readonly-paths: are absolute", { needs }, async () => {
  for (const key of ["maskedPaths", "readonlyPaths"]) {
    assert.is(await wrongAt(raw({ linux: { [key]: ["proc"] } })), `/linux/${key}/0`);
  }
});

test("#masked-paths and #readonly-paths: what is not there is no error", { needs }, async () => {
  const linux = { maskedPaths: ["/no/such"], readonlyPaths: ["/not/this"] };
  assert.is(await inside("echo well", { linux }), "well\n");
});

test("#readonly-paths: cannot be written", { needs }, async () => {
  const source = temporary("data");
  mkdirSync(join(source, "inner"));
  const mounts = [{ destination: "/mnt", type: "none", source, options: ["bind"] }];
  const linux = { readonlyPaths: ["/mnt/inner"] };
  const script = "touch /mnt/x; touch /mnt/inner/x 2>&1 || true";
  assert.match(await inside(script, { linux, mounts }), "Read-only file system");
});

for (const [propagation, seen] of [
  ["shared", /^\d+ \d+ \S+ \S+ \/ \S+ shared:\d+ - /m],
  ["slave", /^\d+ \d+ \S+ \S+ \/ \S+ (master:\d+ )?- /m],
  ["private", /^\d+ \d+ \S+ \S+ \/ \S+ - /m],
  ["unbindable", /^\d+ \d+ \S+ \S+ \/ \S+ unbindable - /m],
] as const) {
  test(`#rootfs-mount-propagation: ${propagation}`, { needs }, async () => {
    const linux = { rootfsPropagation: propagation };
    assert.match(await inside("cat /proc/self/mountinfo", { linux }), seen);
  });
}

test("#rootfs-mount-propagation: another value is an error", { needs }, async () => {
  assert.is(await wrongAt(raw({ linux: { rootfsPropagation: "x" } })), "/linux/rootfsPropagation");
});

test("#sysctl: is set", { needs }, async () => {
  const linux = { sysctl: { "net.core.somaxconn": "256", "kernel.msgmax": "4242" } };
  const script = "cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax";
  assert.is(await inside(script, { linux }), "256\n4242\n");
});

test("#personality: LINUX32 is what uname says", { needs }, async () => {
  const linux = { personality: { domain: "LINUX32" as const } };
  const seen = await inside("uname -m", { linux });
  assert.ok(["i686\n", "armv8l\n"].includes(seen), seen);
});

test("#personality: a domain that is none, and a flag, are errors", { needs }, async () => {
  const wrong = (personality: unknown) => wrongAt(raw({ linux: { personality } }));
  assert.is(await wrong({ domain: "X" }), "/linux/personality/domain");
  assert.match(await wrong({ domain: "LINUX", flags: ["X"] }), /^\/linux\/personality\/flags/);
});

test("#memory-policy: is set", { needs }, async () => {
  const linux = { memoryPolicy: { mode: "MPOL_BIND" as const, nodes: "0" } };
  assert.match(await inside("cat /proc/self/numa_maps", { linux }), / bind:0 /);
});

test("#memory-policy: a mode, nodes or a flag that are none are errors", { needs }, async () => {
  const wrong = (memoryPolicy: unknown) => wrongAt(raw({ linux: { memoryPolicy } }));
  assert.is(await wrong({ mode: "MPOL_X", nodes: "0" }), "/linux/memoryPolicy/mode");
  assert.is(await wrong({ mode: "MPOL_BIND", nodes: "x" }), "/linux/memoryPolicy/nodes");
  const flags = ["MPOL_F_X"];
  assert.match(
    await wrong({ mode: "MPOL_BIND", nodes: "0", flags }),
    /^\/linux\/memoryPolicy\/flags/,
  );
});

test.run();
