import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSpec, specText } from "../../runtime/spec/default.ts";

/** The static busybox that Debian's busybox-static installs. */
const busybox = "/bin/busybox";

/** A bundle that every runtime takes as it is: `wrun spec` with busybox `true`, no terminal. */
export function makeBundle(): string {
  if (!existsSync(busybox)) throw new Error(`${busybox} is missing (Debian: busybox-static)`);
  const bundle = mkdtempSync(join(tmpdir(), "wrun-bench-"));
  const rootfs = join(bundle, "rootfs");
  for (const name of ["bin", "dev", "proc", "sys", "etc", "tmp"]) {
    mkdirSync(join(rootfs, name), { recursive: true });
  }
  copyFileSync(busybox, join(rootfs, "bin", "busybox"));
  symlinkSync("busybox", join(rootfs, "bin", "true"));
  const spec = defaultSpec({ cgroupNamespace: existsSync("/sys/fs/cgroup/cgroup.controllers") });
  const process = { ...spec.process, cwd: "/", terminal: false, args: ["true"] };
  writeFileSync(join(bundle, "config.json"), specText({ ...spec, process }));
  return bundle;
}
