/** Bind mounts that show other ids than their file system has: config.md#mounts, `man 2 mount_setattr`. */
import { spawnSync } from "node:child_process";
import { chownSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { IdMapping, Mount, Spec } from "../../runtime/spec/types.ts";
import { project, topic } from "../harness.ts";
import { bundle } from "./bundle.ts";
import { launch, output, refusal } from "./launch.ts";
import { temporary } from "./rootfs.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("id-mapped mounts", { vm: true });
const needs = ["root", "busybox", "id-mapped"] as const;

/** A directory with a file of the ids 1000 and 1001. */
function source(): string {
  const directory = temporary("mapped");
  writeFileSync(join(directory, "file"), "");
  chownSync(join(directory, "file"), 1000, 1001);
  return directory;
}

const line = (containerID: number, hostID: number, size: number): IdMapping => ({
  containerID,
  hostID,
  size,
});

function withMount(more: Partial<Mount>): (spec: Spec) => Spec {
  const mount = { destination: "/mnt", type: "none", source: source(), ...more };
  return (spec) => ({ ...spec, mounts: [...(spec.mounts ?? []), mount] });
}

const owner = "stat -c %u:%g /mnt/file; : >/mnt/new; stat -c %u:%g /mnt/new";

test("by mappings of the mount's own", { needs }, async () => {
  const directory = source();
  const own = {
    source: directory,
    options: ["bind"],
    uidMappings: [line(0, 5000, 10), line(1000, 0, 1)],
    gidMappings: [line(0, 6000, 10), line(1001, 0, 1)],
  };
  const seen = await output(owner, { bundle: bundle(withMount(own)) });
  assert.is(seen, "0:0\n0:0\n");
  // What root of the container makes is of the id that the file system has for it.
  const { uid, gid } = lstatSync(join(directory, "new"));
  assert.equal([uid, gid], [1000, 1001]);
});

test("as the container's user namespace maps them", { needs }, async () => {
  const directory = source();
  chownSync(directory, 0, 0);
  const options = { userns: "auto:size=5000" } as const;
  const mount = withMount({ source: directory, options: ["bind", "idmap"] });
  const plain = withMount({ options: ["bind"] });
  const file = "stat -c %u:%g /mnt/file";
  assert.is(await output(file, { bundle: bundle(plain, options) }), "65534:65534\n");
  assert.is(await output(file, { bundle: bundle(mount, options) }), "1000:1001\n");
});

test("what is mounted below, with ridmap and not with idmap", { needs }, () => {
  const [above, other] = [temporary("above"), source()];
  mkdirSync(join(above, "below"));
  const maps = { uidMappings: [line(1000, 7, 1)], gidMappings: [line(1001, 8, 1)] };
  const shown = (option: string): string => {
    const args = ["stat", "-c", "%u:%g", "/mnt/below/file"];
    const change = withMount({ source: above, options: ["rbind", option], ...maps });
    const path = bundle((spec) => ({
      ...change(spec),
      process: { cwd: "/", ...spec.process, args },
    }));
    const mount = 'mount --bind "$1" "$2/below" && shift 2 && exec "$@"';
    const wrun = [process.execPath, join(project, "dist/wrun.cjs"), "run", "-b", path];
    const argv = ["--mount", "sh", "-c", mount, "sh", other, above, ...wrun];
    const { stdout, stderr } = spawnSync("unshare", argv, { encoding: "utf8" });
    return stdout.trim() || stderr;
  };
  assert.is(shown("idmap"), "1000:1001");
  assert.is(shown("ridmap"), "7:8");
});

test("a file system that cannot do it", { needs }, async () => {
  const maps = { uidMappings: [line(1000, 0, 1)], gidMappings: [line(1001, 0, 1)] };
  const path = bundle(withMount({ source: "/proc", options: ["bind"], ...maps }));
  const error = await refusal(launch("true", { bundle: path }));
  assert.is(error.code, "ERR_MOUNT");
  assert.match(error.message, "EINVAL");
  assert.match(error.hint ?? "", "file system");
});

test("what cannot be done is refused, and leaves nothing", { needs }, async () => {
  await launch("true", { bundle: bundle((spec) => spec) });
  const refused = async (more: Partial<Mount>, code: string, pointer: RegExp) => {
    const path = bundle(withMount(more));
    const error = await leavesNothing(() => refusal(launch("true", { bundle: path })));
    assert.is(error.code, code);
    assert.match(error.pointer ?? "", pointer);
  };
  const uidMappings = [line(0, 5000, 10)];
  const gidMappings = [line(0, 5000, 10)];
  const here = /^\/mounts\/\d+\//;
  await refused({ options: ["bind"], uidMappings }, "ERR_IDMAP", /gidMappings$/);
  await refused({ options: ["bind", "idmap"] }, "ERR_IDMAP", /options$/);
  const overlapping = [line(0, 5000, 10), line(5, 7000, 10)];
  await refused({ options: ["bind"], uidMappings: overlapping, gidMappings }, "ERR_IDMAP", here);
  const tmpfs = { type: "tmpfs", options: [], uidMappings, gidMappings };
  await refused(tmpfs, "ERR_CONFIG_UNSUPPORTED", /uidMappings$/);
  await refused({ type: "tmpfs", options: ["idmap"] }, "ERR_CONFIG_UNSUPPORTED", /options\/0$/);
});

test("no descriptor of it is left in the container or here", { needs }, async () => {
  const own = { uidMappings: [line(0, 0, 2000)], gidMappings: [line(0, 0, 2000)] };
  const path = bundle(withMount({ options: ["bind"], ...own }));
  await launch("true", { bundle: path });
  const before = readdirSync("/proc/self/fd").length;
  const inside = await output("ls /proc/self/fd | wc -l", { bundle: path });
  assert.is(inside, await output("ls /proc/self/fd | wc -l", { bundle: bundle((spec) => spec) }));
  assert.is(readdirSync("/proc/self/fd").length, before);
});

test.run();
