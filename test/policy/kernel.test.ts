/** The rules that the engine takes from the kernel, put to the kernel itself. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { probe } from "../../shim/facts/probe.ts";
import type { CgroupsFacts, CgroupsResources, IdMapsMapping } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { readVectors } from "./vectors.ts";

const test = topic("policy and the kernel", { vm: true });

function errnoOf(act: () => void): string {
  try {
    act();
    return "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "?";
  }
}

/** A process in a new user namespace whose maps are not written yet. */
async function newcomer(): Promise<ChildProcess> {
  const child = spawn("unshare", ["--user", "cat"], { stdio: ["pipe", "ignore", "ignore"] });
  await new Promise((done) => child.once("spawn", done));
  const own = readlinkSync("/proc/self/ns/user");
  for (let tries = 0; tries < 500; tries++) {
    const theirs = errnoOf(() => readlinkSync(`/proc/${child.pid}/ns/user`));
    if (theirs === "" && readlinkSync(`/proc/${child.pid}/ns/user`) !== own) return child;
    await sleep(2);
  }
  child.kill("SIGKILL");
  throw new Error("unshare --user made no namespace");
}

/** Which maps the kernel takes; a namespace takes only one, so each that is taken costs a process. */
async function taken(maps: IdMapsMapping[][]): Promise<boolean[]> {
  const answers: boolean[] = [];
  let child = await newcomer();
  try {
    for (const map of maps) {
      const text = policy().idMaps.text(map);
      const errno = errnoOf(() => writeFileSync(`/proc/${child.pid}/uid_map`, text));
      assert.ok(["", "EINVAL"].includes(errno), `${errno} for ${text}`);
      answers.push(errno === "");
      if (errno !== "") continue;
      child.kill("SIGKILL");
      child = await newcomer();
    }
  } finally {
    child.kill("SIGKILL");
  }
  return answers;
}

function lines(count: number): IdMapsMapping[] {
  return Array.from({ length: count }, (_, i) => ({ containerId: i, hostId: i + 400, size: 1 }));
}

test("the kernel takes the id maps that validate has nothing against, and no others", {
  needs: ["root", "userns"],
}, async () => {
  const golden = readVectors("id-maps").cases.filter((each) => each.function === "validate");
  const few = fc.integer({ min: 0, max: 30 });
  const line = fc.record({ containerId: few, hostId: few, size: fc.integer({ min: 0, max: 9 }) });
  const maps = [
    ...golden.map((each) => each.arguments[0] as unknown as IdMapsMapping[]),
    ...fc.sample(fc.array(line, { minLength: 1, maxLength: 3 }), 60),
    lines(340),
    lines(341),
  ].filter((map) => map.length > 0);
  const answers = await taken(maps);
  maps.forEach((map, i) => {
    const problems = policy().idMaps.validate(map, 4096, "");
    assert.is(answers[i], problems.length === 0, policy().idMaps.text(map));
  });
});

/** Writes the map of `child` as one who is root in the user namespace of `parent`: the kernel asks who has opened. */
function writeWithin(parent: number, child: number, text: string): string {
  const script = `exec cat > /proc/${child}/uid_map`;
  const args = ["--user", "--target", `${parent}`, "sh", "-c", script];
  const env = { ...process.env, LC_ALL: "C" };
  return spawnSync("nsenter", args, { encoding: "utf8", input: text, env }).stderr;
}

/** A process in a user namespace below that of `parent`. */
async function below(parent: ChildProcess): Promise<{ child: ChildProcess; pid: number }> {
  const args = ["--user", "--target", `${parent.pid}`, "unshare", "--user", "sh", "-c"];
  const child = spawn("nsenter", [...args, "echo $$; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const pid = await new Promise<number>((done) => {
    child.stdout?.once("data", (text: Buffer) => done(Number(text.toString())));
  });
  return { child, pid };
}

test("in a nested user namespace the kernel takes a map that was split, and not the whole", {
  needs: ["root", "userns"],
}, async () => {
  const line = (containerId: number, hostId: number, size: number) => {
    return { containerId, hostId, size };
  };
  const around = [line(0, 100000, 1000), line(1000, 300000, 1000)];
  const wanted = [line(0, 500, 1000)];
  const parent = await newcomer();
  writeFileSync(`/proc/${parent.pid}/uid_map`, policy().idMaps.text(around));
  writeFileSync(`/proc/${parent.pid}/gid_map`, policy().idMaps.text(around));
  const { child, pid } = await below(parent);
  try {
    const whole = writeWithin(parent.pid ?? 0, pid, policy().idMaps.text(wanted));
    assert.match(whole, "Operation not permitted");
    const pieces = policy().idMaps.split(wanted, around, "");
    assert.is(writeWithin(parent.pid ?? 0, pid, policy().idMaps.text(pieces)), "");
    const inner = readFileSync(`/proc/${pid}/uid_map`, "utf8").trim().split(/\s+/).map(Number);
    // Read from here, the second column is what the two maps come to.
    const composed = policy().idMaps.compose(pieces, around);
    assert.equal(
      inner,
      composed.flatMap((each) => [each.containerId, each.hostId, each.size]),
    );
  } finally {
    for (const each of [child, parent]) each.kill("SIGKILL");
  }
});

/** Facts of a host with nothing but one controller, on v1 or, with the mount that v2 has, on v2. */
function factsOf(controller: string, unified = false): CgroupsFacts {
  const cpus = readFileSync("/proc/cpuinfo", "utf8").match(/^processor/gm)?.length ?? 1;
  return {
    version: unified ? "v2" : "v1",
    hierarchies: [
      {
        unified,
        controllers: [controller],
        mount: unified ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controller}`,
        own: "/",
        name: "",
        writable: "root",
      },
    ],
    swap: true,
    features: probe().cgroup.features,
    cpus,
    totalMemory: 1n << 30n,
    privileged: true,
  };
}

/** What the engine plans for a new cgroup; throws when it has problems. */
function planned(asked: CgroupsResources, host: CgroupsFacts): [file: string, value: string][] {
  const { writes } = policy().cgroups.decide(asked, "", "box", host);
  return writes.map(({ file, value }) => [file, value]);
}

function inCgroup({ hierarchies }: CgroupsFacts, act: (path: string) => void): void {
  const path = `${hierarchies[0]?.mount}/wrun-test-policy-${process.pid}`;
  mkdirSync(path);
  try {
    act(path);
  } finally {
    rmdirSync(path);
  }
}

const cpu = { cpus: "", mems: "" };

const wishes: [controller: string, CgroupsResources][] = [
  ["cpu", { cpu: { ...cpu, shares: 2n, quota: 1000n, period: 1_000_000n } }],
  ["cpu", { cpu: { ...cpu, shares: 2n ** 64n - 1n, quota: -1n, idle: 0n } }],
  ["cpu", { cpu: { ...cpu, quota: 50_000n, burst: 50_000n } }],
  ["cpu", { cpu: { ...cpu, quota: 2n ** 44n - 1n, period: 1_000_000n } }],
  ["cpu", { cpu: { ...cpu, idle: 1n, shares: 512n } }],
  ["pids", { pids: 0n }],
  ["pids", { pids: -1n }],
  ["pids", { pids: 4194304n }],
  ["memory", { memory: { limit: 1n << 26n, swap: 1n << 26n, reservation: 1n << 25n } }],
  ["memory", { memory: { limit: -1n, swap: -1n, reservation: -1n } }],
  ["cpuset", { cpu: { cpus: "0", mems: "0" } }],
  ["cpuset", { cpu: { cpus: " 0 ,, 0-0:1/1 ", mems: "0" } }],
];

function carryOut(asked: CgroupsResources, host: CgroupsFacts): void {
  const writes = planned(asked, host);
  assert.ok(writes.length > 0);
  inCgroup(host, (path) => {
    for (const [file, value] of writes) {
      const errno = errnoOf(() => writeFileSync(`${path}/${file}`, value));
      assert.is(errno, "", `${value} to ${file}`);
    }
  });
}

test("cgroup v1 takes every write that is planned", { needs: ["root", "cgroup-v1"] }, () => {
  for (const [controller, asked] of wishes) carryOut(asked, factsOf(controller));
});

test("cgroup v2 takes every write that is planned", {
  needs: ["root", "cgroup-v2"],
  vm: true,
}, () => {
  for (const [controller, asked] of wishes) {
    // As wrun does it for a container: of what the kernel has, this is handed on from the root.
    writeFileSync("/sys/fs/cgroup/cgroup.subtree_control", `+${controller}`);
    if (controller !== "memory" || hasSwap()) carryOut(asked, factsOf(controller, true));
  }
});

/** memory.swap.max is there in a new cgroup only where swap is counted. */
function hasSwap(): boolean {
  let found = false;
  inCgroup(factsOf("memory", true), (path) => {
    found = existsSync(`${path}/memory.swap.max`);
  });
  return found;
}

test("the kernel refuses what is refused", { needs: ["root", "cgroup-v1"] }, () => {
  const lists = ["a", "0-", "-1", "1-0", "0;1", "0-0:2", "0-0:3/2", "0-0:1/0", "0x1", "4095"];
  const refused: [string, string, string, CgroupsResources][] = [
    ["cpu", "cpu.cfs_quota_us", "999", { cpu: { ...cpu, quota: 999n } }],
    ["cpu", "cpu.cfs_quota_us", `${2n ** 44n}`, { cpu: { ...cpu, quota: 2n ** 44n } }],
    ["cpu", "cpu.cfs_period_us", "999", { cpu: { ...cpu, period: 999n } }],
    ["cpu", "cpu.cfs_period_us", "1000001", { cpu: { ...cpu, period: 1_000_001n } }],
    ["cpu", "cpu.idle", "2", { cpu: { ...cpu, idle: 2n } }],
    ["pids", "pids.max", "4194305", { pids: 4194305n }],
    ["pids", "pids.max", "-2", { pids: -2n }],
    ...lists.map((cpus): [string, string, string, CgroupsResources] => [
      "cpuset",
      "cpuset.cpus",
      cpus,
      { cpu: { cpus, mems: "" } },
    ]),
  ];
  for (const [controller, file, value, asked] of refused) {
    const host = factsOf(controller);
    assert.throws(() => planned(asked, host), undefined, `${value} to ${file} is planned`);
    inCgroup(host, (path) => {
      const errno = errnoOf(() => writeFileSync(`${path}/${file}`, value));
      assert.ok(
        ["EINVAL", "ERANGE", "EOVERFLOW"].includes(errno),
        `${errno} for ${value} to ${file}`,
      );
    });
  }
});

test.run();
