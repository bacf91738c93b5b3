/**
 * Programs on devices in the kernel: each of the golden cases is loaded and attached, and a process below it tries what the
 * engine has decided on. A hybrid host has a v2 hierarchy for it as well.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { attachDeviceProgram, loadDeviceProgram } from "../../shim/bpf.ts";
import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import type { DevicesNode, DevicesRule } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { temporary } from "../run/rootfs.ts";
import { readVectors } from "./vectors.ts";

const test = topic("devices in the kernel", { vm: true });

const unified = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) =>
  existsSync(`${path}/cgroup.controllers`),
);
const facts = { v2: 0, privileged: true, userNamespace: false };

interface Point {
  node: DevicesNode;
  major: number;
  minor: number;
}

/** A number that no driver has, and no rule but by a wildcard. */
const nobody = 4000;

/** What a rule is about, and its neighbours. */
function pointsOf({ kind, major = nobody, minor = nobody }: DevicesRule): Point[] {
  const nodes: DevicesNode[] = kind === "all" ? ["char", "block"] : [kind];
  // Below 240 there may be a driver that does something when it is opened.
  const isOurs = (n: number) => n >= 240 && n < 4096;
  return nodes.flatMap((node) =>
    [0, 1].flatMap((more) => (isOurs(major) ? [{ node, major, minor: minor + more }] : [])),
  );
}

/** mknod, then open for reading and for writing: without a driver what is allowed is ENXIO. */
function attempts(points: Point[]): string {
  const lines = points.map(({ node, major, minor }) => {
    const name = `${node}-${major}-${minor}`;
    const letter = node === "char" ? "c" : "b";
    return `busybox mknod ${name} ${letter} ${major} ${minor} 2>/dev/null && echo ${name} mknod`;
  });
  return lines.join("\n");
}

const opening = (points: Point[]): string =>
  points
    .map(({ node, major, minor }) => `${node}-${major}-${minor}`)
    .map(
      (name) => `
(exec 3<all/${name}) 2>&1 | grep -q 'not permitted' || echo ${name} read
(exec 3>all/${name}) 2>&1 | grep -q 'not permitted' || echo ${name} write`,
    )
    .join("");

/** What a process may do under the rules, by the kernel. */
function allowed(cgroup: string, points: Point[]): string[] {
  const directory = temporary("devices");
  mkdirSync(join(directory, "all"));
  const outside = spawnSync("sh", ["-c", attempts(points)], { cwd: join(directory, "all") });
  assert.is(outside.stdout.toString().split("mknod").length - 1, points.length, "nodes are made");
  const script = `echo 0 >"${cgroup}/cgroup.procs"\n${attempts(points)}${opening(points)}`;
  const { stdout } = spawnSync("sh", ["-c", script], { cwd: directory });
  return stdout.toString().trim().split("\n").filter(Boolean).sort();
}

/** The same by the engine. */
function decided(rules: DevicesRule[], points: Point[]): string[] {
  const access = { read: true, write: true, mknod: true };
  return points
    .flatMap(({ node, major, minor }) =>
      policy()
        .devices.explain(rules, node, major, minor, access)
        .filter((verdict) => verdict.allow)
        .flatMap((verdict) =>
          Object.entries(verdict.access)
            .filter(([, has]) => has)
            .map(([name]) => `${node}-${major}-${minor} ${name}`),
        ),
    )
    .sort();
}

const cases = readVectors("devices").cases.filter((each) => each.function === "decide");

test(`${cases.length} golden cases`, { needs: ["root", "busybox"], timeout_ms: 60_000 }, () => {
  if (unified === undefined) return;
  const name = `wrun-test-devices-${process.pid}`;
  let probed = 0;
  for (const [i, { name: about, arguments: given }] of cases.entries()) {
    const rules = given[0] as unknown as DevicesRule[];
    let program: Uint8Array;
    try {
      program = policy().devices.decide(rules, facts).program;
    } catch {
      continue; // a case of what is wrong
    }
    if (program.length === 0) continue;
    using loaded = loadDeviceProgram(program);
    const all = [...rules, everything].flatMap(pointsOf);
    const points = [...new Map(all.map((point) => [JSON.stringify(point), point])).values()];
    const path = `${unified}/${name}x${i}`;
    mkdirSync(path);
    try {
      using hierarchy = openHierarchy(unified);
      using cgroup = openCgroup(hierarchy, `/${name}x${i}`);
      attachDeviceProgram(cgroup, loaded);
      assert.equal(allowed(path, points), decided(rules, points), about);
      probed++;
    } finally {
      rmdirSync(path);
    }
  }
  assert.ok(probed > cases.length / 2, `${probed} of ${cases.length}`);
});

const everything: DevicesRule = {
  allow: true,
  kind: "all",
  access: { read: true, write: true, mknod: true },
};

test.run();
