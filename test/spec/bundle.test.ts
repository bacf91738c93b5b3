import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { readBundle } from "../../runtime/spec/bundle.ts";
import { topic } from "../harness.ts";
import { thrown } from "./thrown.ts";

const test = topic("spec/bundle");

/** Calls an act with a new directory, and removes it. */
function within(act: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "wrun-bundle-"));
  try {
    act(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const config = (root: string, mounts = "[]") =>
  `{"ociVersion":"1.0.2","root":{"path":${JSON.stringify(root)}},"mounts":${mounts}}`;

test("resolves the root and the sources of bind mounts against the bundle", () => {
  within((directory) => {
    const mounts = JSON.stringify([
      { destination: "/a", source: "data", options: ["rbind"] },
      { destination: "/b", source: "/data", options: ["bind"] },
      { destination: "/c", type: "tmpfs", source: "data" },
    ]);
    writeFileSync(join(directory, "config.json"), config("rootfs", mounts));
    const bundle = readBundle(directory);
    assert.is(bundle.directory, directory);
    assert.is(bundle.rootfs, join(directory, "rootfs"));
    const sources = bundle.spec.mounts?.map((mount) => mount.source);
    assert.equal(sources, [join(directory, "data"), "/data", "data"]);
  });
});

test("leaves an absolute root as it is", () => {
  within((directory) => {
    writeFileSync(join(directory, "config.json"), config("/srv/root"));
    assert.is(readBundle(directory).rootfs, "/srv/root");
  });
});

const unreadable: [name: string, make: (directory: string) => void, errno: string][] = [
  ["has no config.json", () => {}, "ENOENT"],
  ["is not there", (directory) => rmSync(directory, { recursive: true }), "ENOENT"],
  [
    "has a symbolic link to itself",
    (d) => symlinkSync("config.json", join(d, "config.json")),
    "ELOOP",
  ],
];

for (const [name, make, errno] of unreadable) {
  test(`says that a bundle ${name}`, () => {
    within((parent) => {
      const directory = join(parent, "bundle");
      mkdirSync(directory);
      make(directory);
      const error = thrown(() => readBundle(directory));
      assert.is(error.code, "ERR_BUNDLE_NOT_FOUND");
      assert.is(
        error.message,
        `cannot read \`config.json\` of the bundle \`${directory}\`: ${errno}`,
      );
      assert.is(error.errno, errno);
      assert.match(error.hint ?? "", "wrun spec");
    });
  });
}

test("says that a bundle is a file", () => {
  within((directory) => {
    writeFileSync(join(directory, "file"), "");
    const error = thrown(() => readBundle(join(directory, "file")));
    assert.is(error.errno, "ENOTDIR");
  });
});

const strange: [name: string, make: (path: string) => void][] = [
  ["directory", (path) => mkdirSync(path)],
  ["FIFO", (path) => execFileSync("mkfifo", [path])],
  ["link to an endless device", (path) => symlinkSync("/dev/zero", path)],
];

for (const [name, make] of strange) {
  test(`neither waits for nor reads a config.json that is a ${name}`, { timeout_ms: 5000 }, () => {
    within((directory) => {
      make(join(directory, "config.json"));
      const error = thrown(() => readBundle(directory));
      assert.is(error.code, "ERR_CONFIG_INVALID");
      assert.match(error.message, /config.json` is not a regular file$/);
    });
  });
}

test("reads no more than 1 MiB and a byte", () => {
  within((directory) => {
    writeFileSync(join(directory, "config.json"), config("r").padEnd((1 << 20) + 1));
    assert.match(thrown(() => readBundle(directory)).message, /larger than 1048576 bytes$/);
    writeFileSync(join(directory, "config.json"), config("r").padEnd(1 << 20));
    assert.is(readBundle(directory).spec.root?.path, "r");
  });
});

test.run();
