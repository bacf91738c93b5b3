/** A rootfs that lies: whatever its symbolic links say, the host's tree is as it was. */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Internals } from "../../runtime/run/run.ts";
import { slowness, topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { launch } from "./launch.ts";
import { trusting } from "./rewrite.ts";
import { makeRootfs, temporary } from "./rootfs.ts";
import { leavesNothing, tree } from "./trace.ts";

const test = topic("hostile rootfs");

/** A directory of the host that the links of the rootfs lead to. */
interface Host {
  victim: string;
}

interface Shape {
  name: string;
  /** Spoils the rootfs. */
  spoil(root: string, host: Host): void;
  options?: RunOptions;
  /** Must it be refused? Otherwise the link is followed inside, which is as good. */
  refused?: boolean;
}

function link(root: string, path: string, to: string): void {
  rmSync(join(root, path), { recursive: true, force: true });
  mkdirSync(join(root, path, ".."), { recursive: true });
  symlinkSync(to, join(root, path));
}

const upward = (to: string): string => `${"../".repeat(20)}${to}`;

const shapes: Shape[] = [
  ...["proc", "sys"].flatMap((path): Shape[] => [
    {
      name: `/${path} is a link to the host (CVE-2019-19921)`,
      spoil: (root, { victim }) => link(root, path, victim),
      refused: true,
    },
    {
      name: `/${path} is a link inside (CVE-2023-27561)`,
      spoil: (root) => link(root, path, "/tmp"),
      refused: true,
    },
  ]),
  ...["dev", "tmp", "run"].map(
    (path): Shape => ({
      name: `/${path} is a link to the host`,
      spoil: (root, { victim }) => link(root, path, upward(victim)),
    }),
  ),
  ...["dev/pts", "dev/shm", "dev/null", "dev/console", "dev/ptmx"].map(
    (path): Shape => ({
      name: `/${path} is a link to the host (CVE-2025-31133, CVE-2025-52565)`,
      spoil: (root, { victim }) => link(root, path, victim),
    }),
  ),
  {
    name: "a volume's place is a link to the host (CVE-2021-30465)",
    spoil: (root, { victim }) => link(root, "data", victim),
    options: { volumes: ["/usr:/data"] },
  },
  {
    name: "a volume's parent is a link to the host (CVE-2024-45310)",
    spoil: (root, { victim }) => link(root, "data", upward(victim)),
    options: { volumes: ["/usr:/data/deep/er", "/etc/passwd:/data/file"] },
  },
  {
    name: "a volume's parent is an absolute link to the host",
    spoil: (root, { victim }) => link(root, "data", victim),
    options: { volumes: ["/usr:/data/deep/er", "/etc/passwd:/data/file"] },
  },
  {
    name: "a tmpfs below an absolute link to the host",
    spoil: (root, { victim }) => link(root, "cache", victim),
    options: { tmpfs: ["/cache/deep/er"] },
  },
  {
    name: "a volume's place is a link that dangles",
    spoil: (root, { victim }) => link(root, "data", `${victim}/not-there`),
    options: { volumes: ["/usr:/data"] },
  },
  {
    name: "a volume's parent is a link to /proc/self/root",
    spoil: (root) => link(root, "data", "/proc/self/root"),
    options: { volumes: ["/usr:/data/tmp/x"] },
  },
  {
    name: "links in a circle",
    spoil: (root) => {
      link(root, "a", "/b");
      link(root, "b", "/a");
    },
    options: { volumes: ["/usr:/a/x"] },
    refused: true,
  },
  {
    name: "a tmpfs on a link to the host",
    spoil: (root, { victim }) => link(root, "cache", upward(victim)),
    options: { tmpfs: ["/cache"] },
  },
  {
    name: "/etc is a link to the host when users are looked up",
    spoil: (root) => link(root, "etc", upward("/etc")),
    options: { user: "daemon" },
    refused: true,
  },
  {
    name: "/etc/passwd is a link to the host",
    spoil: (root) => link(root, "etc/passwd", upward("/etc/passwd")),
    options: { user: "daemon" },
    refused: true,
  },
];

/**
 * Tries one shape; the host's tree is compared before and after, and what the container
 * wrote is not in it.
 */
async function withstand(
  { spoil, options = {}, refused }: Shape,
  more: RunOptions,
  internals: Internals = {},
): Promise<void> {
  const base = temporary("hostile");
  const victim = mkdtempSync(join(base, "victim-"));
  writeFileSync(join(victim, "file"), "untouched");
  mkdirSync(join(victim, "directory"));
  const root = makeRootfs();
  spoil(root, { victim });
  const before = tree(victim);
  const write = "for d in /proc /sys /dev /tmp /run /data /cache; do touch $d/written; done";
  const script = `${write} 2>/dev/null; cat /dev/null; ls ${victim} 2>/dev/null && echo seen; exit 0`;
  const where = { ...options, ...more, rootfs: root };
  const outcome = await leavesNothing(() => attempt(script, where, internals));
  assert.equal(tree(victim), before);
  assert.is(readFileSync(join(victim, "file"), "utf8"), "untouched");
  assert.ok(lstatSync(join(victim, "directory")).isDirectory());
  if (refused) assert.ok(outcome instanceof WrunError, `it was started: ${outcome}`);
  assert.not.match(String(outcome), /seen/);
}

async function attempt(
  script: string,
  options: RunOptions,
  internals: Internals,
): Promise<string | WrunError> {
  try {
    const { stdout = "" } = await launch(script, options, internals);
    return stdout;
  } catch (error) {
    if (error instanceof WrunError && error.code !== "ERR_INTERNAL") return error;
    throw error;
  }
}

/** An emulated machine has time for one. */
const ways: RunOptions[] = slowness > 1 ? [{}] : [{}, { tty: true }, { userns: "auto:size=70000" }];

for (const shape of shapes) {
  test(shape.name, { needs: ["root", "busybox"] }, async () => {
    await launch("true");
    for (const more of ways) await withstand(shape, more);
  });
}

test("the lookup is what withstands them", { needs: ["root", "busybox"] }, async () => {
  const broken: string[] = [];
  for (const shape of shapes) {
    await withstand(shape, {}, { rewrite: trusting }).catch(() => broken.push(shape.name));
  }
  // A mount that strays off is seen by nobody but the container; what is made for it, or covers nothing, is.
  for (const name of ["/proc is", "/sys is", "a volume's parent is an abs", "a tmpfs below"]) {
    assert.ok(
      broken.some((found) => found.startsWith(name)),
      `${name}: ${broken.join("\n")}`,
    );
  }
});

const jobs: Jobs = {
  shapes: async () => {
    await launch("true");
    for (const shape of shapes) await withstand(shape, {});
  },
};

test("all of them, started by an ordinary user", { needs: ["user", "userns", "busybox"] }, async ({
  user,
}) => {
  await ask(user, import.meta.url, "shapes");
});

if (!(await isJob(jobs))) test.run();
