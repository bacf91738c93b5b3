/** config.md, and bundle.md: version, root, mounts, annotations, what is unknown or invalid. A test for each MUST. */
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Mount } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { shell } from "../lifecycle/place.ts";
import { launch, output, refusal } from "../run/launch.ts";
import { rootfs, temporary } from "../run/rootfs.ts";
import { inside, needs, raw, refused, wrongAt } from "./place.ts";
import { mountOptions } from "./table-mount-option.ts";

const test = topic("config.md");

test("bundle.md: config.json is in the bundle's directory, and has this name", {
  needs,
}, async () => {
  const bundle = shell("true");
  renameSync(join(bundle, "config.json"), join(bundle, "other.json"));
  assert.is((await refusal(launch("true", { bundle }))).code, "ERR_BUNDLE_NOT_FOUND");
});

for (const [name, ociVersion] of [
  ["is SemVer", "one"],
  ["is of a major version that is known", "2.0.0"],
  ["is there", undefined],
] as const) {
  test(`#specification-version: ociVersion ${name}`, { needs }, async () => {
    assert.is(await wrongAt(raw({ top: { ociVersion } })), "/ociVersion");
  });
}

test("#specification-version: every 1.x is compatible", { needs }, async () => {
  for (const ociVersion of ["1.0.0", "1.0.2-dev", "1.3.0"]) {
    assert.is(await inside("echo well", { top: { ociVersion } }), "well\n");
  }
});

test("#root: it is required", { needs }, async () => {
  assert.is(await wrongAt(raw({ top: { root: undefined } })), "/root");
});

test("#root: a directory is at its path", { needs }, async () => {
  const file = join(rootfs(), "etc/passwd");
  for (const path of [file, "/no/such"]) {
    const error = await refused({ top: { root: { path } } });
    assert.is(error.code, "ERR_ROOTFS");
    assert.ok(error.message.includes(path), error.message);
  }
});

test("#root: a relative path is relative to the bundle", { needs }, async () => {
  const bundle = shell("", (spec) => ({ ...spec, root: { path: "here" } }));
  cpSync(rootfs(), join(bundle, "here"), { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(bundle, "here/mine"), "");
  assert.is(await output("ls /mine", { bundle }), "/mine\n");
});

test("#root: readonly is read-only inside", { needs }, async () => {
  const root = { path: rootfs(), readonly: true };
  assert.match(await inside("touch /x 2>&1 || true", { top: { root } }), "Read-only");
});

test("#mounts: in the listed order", { needs }, async () => {
  const [one, two] = [temporary("one"), temporary("two")];
  writeFileSync(join(one, "one"), "");
  writeFileSync(join(two, "two"), "");
  const bind = (source: string) => ({
    destination: "/mnt",
    type: "none",
    source,
    options: ["bind"],
  });
  assert.is(await inside("ls /mnt", { mounts: [bind(one), bind(two)] }), "two\n");
  assert.is(await inside("ls /mnt", { mounts: [bind(two), bind(one)] }), "one\n");
});

test("#mounts: a relative destination is relative to `/`", { needs }, async () => {
  const mounts = [{ destination: "mnt", type: "tmpfs", source: "tmpfs" }];
  assert.match(await inside("grep ' /mnt ' /proc/mounts", { mounts }), /^tmpfs \/mnt tmpfs/);
});

test("#mounts: a relative source of a bind is relative to the bundle", { needs }, async () => {
  const mounts = [{ destination: "/mnt", type: "none", source: "data", options: ["bind"] }];
  const bundle = shell("", (spec) => ({ ...spec, mounts: [...(spec.mounts ?? []), ...mounts] }));
  mkdirSync(join(bundle, "data"));
  writeFileSync(join(bundle, "data/mine"), "");
  assert.is(await output("ls /mnt", { bundle }), "mine\n");
});

/** A mount at /mnt with an option, and with what it is to undo before it. */
function mounted(option: string, before: string[]): Mount[] {
  const tmpfs = { destination: "/mnt", type: "tmpfs", source: "tmpfs" };
  if (option === "bind" || option === "rbind")
    return [{ destination: "/mnt", type: "none", source: rootfs(), options: [option] }];
  if (option === "remount") return [tmpfs, { ...tmpfs, options: [option, ...before] }];
  return [{ ...tmpfs, options: [...before, option] }];
}

for (const [option, [before, seen]] of Object.entries(mountOptions)) {
  test(`#linux-mount-options: ${option}`, { needs }, async () => {
    const mounts = mounted(option, before);
    assert.match(await inside("grep ' /mnt ' /proc/self/mountinfo", { mounts }), seen);
  });
}

test("#mounts idmap: the mappings of the mount are used", { needs }, async () => {
  const source = temporary("owned");
  const mapping = [{ containerID: 0, hostID: 1234, size: 1 }];
  const mounts = [
    {
      ...{ destination: "/mnt", type: "none", source, options: ["bind", "idmap"] },
      ...{ uidMappings: mapping, gidMappings: mapping },
    },
  ];
  assert.is(await inside("stat -c %u:%g /mnt", { mounts }), "1234:1234\n");
});

test("#mounts idmap: without mappings and without a user namespace it is an error", {
  needs,
}, async () => {
  const options = ["bind", "idmap"];
  const mounts = [{ destination: "/mnt", type: "none", source: temporary("owned"), options }];
  assert.match((await refused({ mounts })).message, "idmap");
});

test("#mounts: uidMappings come with gidMappings", { needs }, async () => {
  const uidMappings = [{ containerID: 0, hostID: 1234, size: 1 }];
  const options = ["bind", "idmap"];
  const mounts = [
    { destination: "/mnt", type: "none", source: temporary("owned"), options, uidMappings },
  ];
  assert.match((await refused({ mounts })).message, "gidMappings");
});

test("#hostname and #domainname: are what the container sees", { needs }, async () => {
  const script = "hostname; cat /proc/sys/kernel/domainname";
  const top = { hostname: "mrsdalloway", domainname: "foobarbaz.test" };
  assert.is(await inside(script, { top }), "mrsdalloway\nfoobarbaz.test\n");
});

test("#annotations: a key is not empty", { needs }, async () => {
  assert.match(
    (await refused({ top: { annotations: { "": "x" } } })).pointer ?? "",
    /^\/annotations/,
  );
});

test("#annotations: a value is a string, and may be empty", { needs }, async () => {
  assert.match(await wrongAt(raw({ top: { annotations: { a: 1 } } })), /^\/annotations\/a/);
  assert.is(await inside("echo well", { top: { annotations: { a: "" } } }), "well\n");
});

test("#annotations: an unknown key is no error", { needs }, async () => {
  const annotations = { "com.example.no-one-knows": "x" };
  assert.is(await inside("echo well", { top: { annotations } }), "well\n");
});

test("#extensibility: an unknown property is ignored", { needs }, async () => {
  const parts = { top: { x: 1 }, process: { y: [] }, linux: { z: {} } };
  assert.is(await inside("echo well", raw(parts)), "well\n");
});

test("#valid-values: an invalid value is an error", { needs }, async () => {
  assert.is(await wrongAt(raw({ process: { user: { uid: -1, gid: 0 } } })), "/process/user/uid");
  assert.is(
    await wrongAt(raw({ linux: { namespaces: [{ type: "x" }] } })),
    "/linux/namespaces/0/type",
  );
});

test.run();
