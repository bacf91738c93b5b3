/** What is wrong with a launch, and what the error must say. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { bundle } from "./bundle.ts";
import { makeRootfs, rootfs, temporary } from "./rootfs.ts";

export interface Expected {
  code: string;
  /** Default 125. */
  exit?: number;
  errno?: string;
  /** In the message: what it failed on. */
  names: string;
  hint?: RegExp;
}

export interface Case {
  name: string;
  make: () => RunOptions;
  expected: Expected;
}

export const cases: Case[] = [];

function fails(name: string, make: () => RunOptions, expected: Expected): void {
  cases.push({ name, make, expected });
}

/** A rootfs with one file more. */
function withFile(path: string, content: string | Uint8Array, mode = 0o755): string {
  const root = makeRootfs();
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
  return root;
}

/** An ELF file of another machine: the header alone decides (elf(5), e_machine at 18). */
function foreign(): Uint8Array {
  const bytes = Buffer.from(readFileSync(join(rootfs(), "bin/busybox")).subarray(0, 4096));
  const [x64, arm64] = [62, 183];
  bytes.writeUInt16LE(bytes.readUInt16LE(18) === x64 ? arm64 : x64, 18);
  return bytes;
}

fails("a missing rootfs", () => ({ rootfs: "/no/such/rootfs" }), {
  hint: /./,
  code: "ERR_ROOTFS",
  errno: "ENOENT",
  names: "`/no/such/rootfs`",
});

fails("a rootfs that is a file", () => ({ rootfs: "/etc/passwd" }), {
  code: "ERR_ROOTFS",
  errno: "ENOTDIR",
  names: "`/etc/passwd`",
});

fails("an empty rootfs", () => ({ rootfs: temporary("empty"), args: ["/bin/sh"] }), {
  hint: /./,
  code: "ERR_EXEC_NOT_FOUND",
  exit: 127,
  errno: "ENOENT",
  names: "`/bin/sh`",
});

fails("a program that PATH does not have", () => ({ args: ["nosuch"] }), {
  code: "ERR_EXEC_NOT_FOUND",
  exit: 127,
  errno: "ENOENT",
  names: "`nosuch`",
});

fails("a program below a file", () => ({ args: ["/etc/passwd/x"] }), {
  code: "ERR_EXEC_NOT_FOUND",
  exit: 127,
  errno: "ENOTDIR",
  names: "`/etc/passwd`",
});

const plain = () => ({ rootfs: withFile("bin/plain", "#!/bin/sh\n", 0o644), args: ["/bin/plain"] });
fails("a file that is not executable", plain, {
  hint: /./,
  code: "ERR_EXEC_DENIED",
  exit: 126,
  errno: "EACCES",
  names: "`/bin/plain`",
});

fails("a directory as program", () => ({ args: ["/bin"] }), {
  code: "ERR_EXEC_DENIED",
  exit: 126,
  errno: "EACCES",
  names: "`/bin`",
});

fails(
  "a program of another architecture",
  () => ({
    rootfs: withFile("bin/foreign", foreign()),
    args: ["/bin/foreign"],
  }),
  { hint: /./, code: "ERR_EXEC_FORMAT", exit: 126, errno: "ENOEXEC", names: "`/bin/foreign`" },
);

fails(
  "a file without a format",
  () => ({
    rootfs: withFile("bin/text", "echo hello\n"),
    args: ["text"],
  }),
  { code: "ERR_EXEC_FORMAT", exit: 126, errno: "ENOEXEC", names: "`/bin/text`" },
);

fails(
  "a missing interpreter",
  () => ({
    rootfs: withFile("bin/script", "#!/usr/bin/perl\n"),
    args: ["/bin/script"],
  }),
  { hint: /./, code: "ERR_EXEC_INTERPRETER", exit: 127, errno: "ENOENT", names: "`/usr/bin/perl`" },
);

fails(
  "an interpreter with a carriage return",
  () => ({
    rootfs: withFile("bin/script", "#!/bin/sh\r\necho\r\n"),
    args: ["/bin/script"],
  }),
  {
    code: "ERR_EXEC_INTERPRETER",
    exit: 127,
    errno: "ENOENT",
    names: "`/bin/script`",
    hint: /sed -i/,
  },
);

/** The program of the host's own node is linked dynamically, and the busybox has no loader. */
const dynamic = () => ({
  rootfs: withFile("bin/dynamic", readFileSync(process.execPath)),
  args: ["/bin/dynamic"],
});
fails("a missing loader", dynamic, {
  code: "ERR_EXEC_INTERPRETER",
  exit: 127,
  errno: "ENOENT",
  names: "/ld-linux",
});

fails("a working directory that does not exist", () => ({ workdir: "/no/such/dir" }), {
  hint: /./,
  code: "ERR_CWD",
  errno: "ENOENT",
  names: "`/no/such/dir`",
});

fails("a working directory that is a file", () => ({ workdir: "/etc/passwd" }), {
  code: "ERR_CWD",
  errno: "ENOTDIR",
  names: "`/etc/passwd`",
});

fails("a volume whose source does not exist", () => ({ volumes: ["/no/such/source:/mnt"] }), {
  hint: /./,
  code: "ERR_MOUNT_SOURCE",
  errno: "ENOENT",
  names: "`/no/such/source`",
});

fails("a volume of a directory over a file", () => ({ volumes: ["/usr:/etc/passwd"] }), {
  code: "ERR_MOUNT_TARGET",
  // move_mount(2) says no more than that.
  errno: "EINVAL",
  names: "`/etc/passwd`",
});

fails("a volume below a file", () => ({ volumes: ["/usr:/etc/passwd/x"] }), {
  code: "ERR_MOUNT_TARGET",
  errno: "ENOTDIR",
  names: "`/etc/passwd/x`",
});

fails("a user that does not exist", () => ({ user: "nobody-here" }), {
  hint: /./,
  code: "ERR_USER_NOT_FOUND",
  names: "`nobody-here`",
});

fails("a group that does not exist", () => ({ user: "root:nobody-here" }), {
  code: "ERR_USER_NOT_FOUND",
  names: "`nobody-here`",
});

fails("a user outside the id map", () => ({ userns: "auto:size=10", user: 1000 }), {
  code: "ERR_IDMAP",
  errno: "EINVAL",
  names: "groups",
});

fails("an id map that overlaps", () => ({ uidMap: ["0:100000:1000", "500:200000:1000"] }), {
  hint: /begin this line at/,
  code: "ERR_IDMAP",
  names: "500",
});

fails("a hostname of 65 bytes", () => ({ hostname: "h".repeat(65) }), {
  hint: /./,
  code: "ERR_HOSTNAME",
  names: "65",
});

fails(
  "a hostname of 65 bytes in a bundle",
  () => ({
    bundle: bundle((spec) => ({ ...spec, hostname: "h".repeat(65) })),
  }),
  { code: "ERR_HOSTNAME", names: "65" },
);

fails("a bundle that does not exist", () => ({ bundle: "/no/such/bundle" }), {
  code: "ERR_BUNDLE_NOT_FOUND",
  errno: "ENOENT",
  names: "`/no/such/bundle`",
});

fails(
  "a namespace path that does not exist",
  () => ({
    bundle: bundle((spec) => inNamespace(spec, "/no/such/ns")),
  }),
  { code: "ERR_NAMESPACE", errno: "ENOENT", names: "`/no/such/ns`" },
);

fails(
  "a namespace path of another kind",
  () => ({
    bundle: bundle((spec) => inNamespace(spec, "/proc/self/ns/uts")),
  }),
  { code: "ERR_NAMESPACE", errno: "EINVAL", names: "`/proc/self/ns/uts`" },
);

function inNamespace(spec: Spec, path: string): Spec {
  const namespaces = (spec.linux?.namespaces ?? []).filter(({ type }) => type !== "ipc");
  return { ...spec, linux: { ...spec.linux, namespaces: [...namespaces, { type: "ipc", path }] } };
}

fails("an unknown capability", () => ({ capAdd: ["CAP_NO_SUCH"] }), {
  code: "ERR_CAPABILITY",
  names: "CAP_NO_SUCH",
});

fails("a memory limit below what the kernel takes", () => ({ memory: 1 }), {
  code: "ERR_CGROUP",
  names: "memory",
});

fails("a processor that is not there", () => ({ cpusetCpus: "4000" }), {
  code: "ERR_CGROUP",
  names: "4000",
});
