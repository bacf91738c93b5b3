/** A root filesystem of one static busybox, made once for each test process, where every user can read it. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { which } from "../need.ts";

const applets =
  "cat cp dd echo env false grep head hostname id ip kill ln ls mkdir nc ps readlink rm seq sh sleep sort stat tail test " +
  "touch tr true ulimit umask uname wc yes";

const removals = new Set<string>();

process.once("exit", () => {
  for (const path of removals) rmSync(path, { recursive: true, force: true });
});

/** A directory that goes away with this process; every user may look into it. */
export function temporary(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `wrun-test-${name}-`));
  chmodSync(path, 0o755);
  removals.add(path);
  return path;
}

/** A new root filesystem: for tests that spoil theirs. */
export function makeRootfs(): string {
  const root = join(temporary("rootfs"), "rootfs");
  for (const path of ["", "bin", "dev", "etc", "proc", "sys", "tmp", "run", "root", "mnt"]) {
    mkdirSync(join(root, path));
  }
  copyFileSync(which("busybox"), join(root, "bin/busybox"));
  for (const applet of applets.split(" ")) symlinkSync("busybox", join(root, "bin", applet));
  writeFileSync(
    join(root, "etc/passwd"),
    "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n",
  );
  writeFileSync(join(root, "etc/group"), "root:x:0:\nalice:x:1000:\nstaff:x:50:alice\n");
  return root;
}

let shared: string | undefined;

/** The root filesystem of this process: a test must leave it as it is. */
export function rootfs(): string {
  shared ??= makeRootfs();
  return shared;
}
