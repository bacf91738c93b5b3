/** Bundles that end in another way than with the script of probe.ts, or do not start. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Edit } from "./bundle.ts";
import type { Runtime } from "./look.ts";

export interface End {
  name: string;
  edit: Edit;
  /** wrun's exit code. When it is one of a program, the others have the same; when wrun refuses, they refuse. */
  code: number;
  /** Those that do not refuse, and why wrun does all the same. */
  but?: { who: Runtime[]; why: string };
}

const args =
  (...words: string[]): Edit =>
  ({ process }) => {
    process.args = words;
  };

const file =
  (text: string, mode: number): Edit =>
  ({ process }, directory) => {
    writeFileSync(join(directory, "rootfs/program"), text);
    chmodSync(join(directory, "rootfs/program"), mode);
    process.args = ["/program"];
  };

const mount =
  (destination: string, type: string, source: string, ...options: string[]): Edit =>
  (spec) => {
    spec.mounts.push({ destination, type, source, options });
    spec.process.args = ["/bin/true"];
  };

const none: Edit = args("/bin/true");

/** `none`, and something more. */
const and =
  (more: Edit): Edit =>
  (spec, directory) => {
    none(spec, directory);
    more(spec, directory);
  };

export const ends: readonly End[] = [
  { name: "success", code: 0, edit: none },
  { name: "a code", code: 3, edit: args("/bin/sh", "-c", "exit 3") },
  { name: "the code of wrun's own failures", code: 125, edit: args("/bin/sh", "-c", "exit 125") },
  {
    name: "a signal",
    code: 128 + 15,
    // The first process of a pid namespace gets no signal that it has no handler for; this one is none.
    edit: (spec) => {
      spec.linux.namespaces = (spec.linux.namespaces ?? []).filter(({ type }) => type !== "pid");
      spec.process.args = ["/bin/sh", "-c", "kill -TERM $$"];
    },
  },
  { name: "no such program", code: 127, edit: args("/no/such") },
  { name: "no such program in PATH", code: 127, edit: args("nosuch") },
  { name: "a program without the right to be run", code: 126, edit: file("#!/bin/sh\n", 0o644) },
  { name: "a directory for a program", code: 126, edit: args("/bin") },
  { name: "no program", code: 126, edit: file("text\n", 0o755) },
  { name: "an interpreter that is not there", code: 127, edit: file("#!/no/such\n", 0o755) },
  {
    name: "a cwd that is not there",
    code: 125,
    edit: and(({ process, root }) => {
      root.readonly = false;
      process.cwd = "/not/there";
    }),
    but: {
      who: ["crun", "runc"],
      why: "a directory that nobody has named but as cwd is a mistake, and making it changes the image",
    },
  },
  {
    name: "a cwd that is a file",
    code: 125,
    edit: and(({ process }) => {
      process.cwd = "/bin/busybox";
    }),
  },
  { name: "no source", code: 125, edit: mount("/mnt", "bind", "/no/such", "bind") },
  { name: "a bind mount by type alone", code: 125, edit: mount("/mnt", "bind", "/tmp", "ro") },
  {
    name: "a mount point below a file",
    code: 125,
    edit: mount("/bin/busybox/x", "tmpfs", "tmpfs"),
  },
  { name: "no such filesystem", code: 125, edit: mount("/mnt", "nosuchfs", "none") },
  {
    name: "an option that tmpfs has not",
    code: 125,
    edit: mount("/mnt", "tmpfs", "t", "nosuch=1"),
  },
  {
    name: "no rootfs",
    code: 125,
    edit: and(({ root }) => {
      root.path = "nosuch";
    }),
  },
  {
    name: "a hostname of 65 bytes",
    code: 125,
    edit: and((spec) => {
      spec.hostname = "x".repeat(65);
    }),
  },
  {
    name: "a sysctl of the host",
    code: 125,
    edit: and(({ linux }) => {
      linux.sysctl = { "kernel.panic": "1" };
    }),
  },
  {
    name: "a namespace twice",
    code: 125,
    edit: and(({ linux }) => {
      linux.namespaces?.push({ type: "pid" });
    }),
    but: { who: ["crun"], why: "the specification says that it is an error (config-linux.md)" },
  },
  {
    name: "a variable without a value",
    code: 125,
    edit: and(({ process }) => {
      process.env = ["A", "B=1"];
    }),
    but: { who: ["crun"], why: "it must not mean the variable of the host (CVE-2026-57231)" },
  },
  {
    name: "no such rlimit",
    code: 125,
    edit: and(({ process }) => {
      process.rlimits = [{ type: "RLIMIT_NO", soft: 1, hard: 1 }];
    }),
  },
  {
    name: "less swap than memory",
    code: 125,
    edit: and(({ linux }) => {
      linux.resources = { memory: { limit: 64 << 20, swap: 32 << 20 } };
    }),
  },
  {
    name: "no such capability",
    code: 0,
    edit: and(({ process }) => {
      process.capabilities?.bounding?.push("CAP_NO");
    }),
  },
];
