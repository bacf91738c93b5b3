/** Which devices a container may make and open, asked of the kernel, and what crun and runc answer. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { defaultSpec } from "../../runtime/spec/default.ts";
import type { DeviceRule, Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { background, launch, output, prefix, refusal } from "./launch.ts";
import { makeRootfs, temporary } from "./rootfs.ts";

const test = topic("devices");

/** /dev is the one filesystem of a container on which a node opens; a node that is denied says EPERM, and not ENXIO. */
const attempt = (kind: string, major: number, minor: number): string =>
  [
    `busybox mknod /dev/x ${kind} ${major} ${minor} && echo made`,
    "(: </dev/x) 2>&1 | grep -o 'Operation not permitted' || echo read",
    "(: >>/dev/x) 2>&1 | grep -o 'Operation not permitted' || echo written",
    "rm /dev/x",
  ].join("\n");

const denied = "made\nOperation not permitted\nOperation not permitted\n";

/**
 * The host's disk, and numbers that no driver has: past the filter these are ENXIO, which is as good as open. Where a
 * driver asks for a capability (/dev/mem, /dev/kmsg) it says EPERM itself.
 */
const others = [
  ["b", 254, 0],
  ["b", 4000, 1],
  ["c", 4000, 1],
] as const;

const privileged = { capAdd: ["MKNOD"] };

test("root with CAP_MKNOD makes nodes and opens none", {
  needs: ["root", "busybox"],
  vm: true,
}, async () => {
  for (const [kind, major, minor] of others) {
    assert.is(
      await output(attempt(kind, major, minor), privileged),
      denied,
      `${kind} ${major}:${minor}`,
    );
  }
});

test("the devices that every container has work", {
  needs: ["root", "busybox"],
  vm: true,
}, async () => {
  const script = [
    "for name in null zero full random urandom; do head -c 1 /dev/$name | wc -c; done",
    "echo x >/dev/null && echo written",
    "(echo x >/dev/full) 2>&1 | grep -o 'No space'",
    attempt("c", 1, 3),
  ].join("\n");
  const works = "0\n1\n1\n1\n1\nwritten\nNo space\nmade\nread\nwritten\n";
  assert.is(await output(script, privileged), works);
});

/** A bundle with rules, and CAP_MKNOD. */
function bundle(devices: DeviceRule[] | undefined, cgroupsPath?: string): string {
  const directory = temporary("bundle");
  const capabilities = ["CAP_MKNOD", "CAP_DAC_OVERRIDE"];
  const plain = defaultSpec();
  const spec: Spec = {
    ...plain,
    process: {
      ...(plain.process as NonNullable<Spec["process"]>),
      terminal: false,
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    root: { path: makeRootfs() },
    linux: {
      ...plain.linux,
      resources: devices && { devices },
      ...(cgroupsPath !== undefined && { cgroupsPath }),
    },
  };
  writeFileSync(join(directory, "config.json"), JSON.stringify(spec));
  return directory;
}

const deny: DeviceRule = { allow: false, access: "rwm" };
const run = (script: string, devices: DeviceRule[] | undefined) =>
  output(script, { bundle: bundle(devices) });

test("a rule allows what it says and no more", {
  needs: ["root", "busybox"],
  vm: true,
}, async () => {
  const rule: DeviceRule = { allow: true, type: "c", major: 4000, minor: 11, access: "r" };
  assert.is(
    await run(attempt("c", 4000, 11), [deny, rule]),
    "made\nread\nOperation not permitted\n",
  );
  assert.is(await run(attempt("c", 4000, 1), [deny, rule]), denied);
  assert.is(await run(attempt("c", 4000, 11), [rule, deny]), denied);
});

test("no rules are as a rule that denies", { needs: ["root", "busybox"], vm: true }, async () => {
  assert.is(await run(attempt("c", 4000, 11), undefined), denied);
});

test("all is open where the bundle says so", { needs: ["root", "busybox"], vm: true }, async () => {
  const all: DeviceRule = { allow: true, access: "rwm" };
  assert.is(await run(attempt("c", 4000, 11), [deny, all]), "made\nread\nwritten\n");
  // Everything but one: on v1 that is another kind of list.
  const one: DeviceRule = { allow: false, type: "c", major: 4000, minor: 11, access: "w" };
  assert.is(await run(attempt("c", 4000, 11), [all, one]), "made\nread\nOperation not permitted\n");
});

const hole: DeviceRule[] = [
  deny,
  { allow: true, type: "c", major: 4000, access: "rw" },
  { allow: false, type: "c", major: 4000, minor: 11, access: "rw" },
];

test("v1 refuses what it cannot do", { needs: ["root", "busybox", "cgroup-v1"] }, async () => {
  const error = await refusal(launch("true", { bundle: bundle(hole) }));
  assert.is(error.code, "ERR_CGROUP");
  assert.is(error.pointer, "/linux/resources/devices/2");
  assert.match(error.message, "cannot deny `c 4000:11 rw`");
});

test("no more than the cgroup above", { needs: ["root", "busybox", "cgroup-v1"] }, async () => {
  const above = `/sys/fs/cgroup/devices/${prefix}above`;
  mkdirSync(above);
  try {
    writeFileSync(`${above}/devices.deny`, "a");
    writeFileSync(`${above}/devices.allow`, "c 1:5 rwm");
    const rule: DeviceRule = { allow: true, type: "c", major: 4000, minor: 1, access: "rw" };
    const path = `/${prefix}above/below`;
    const error = await refusal(launch("true", { bundle: bundle([deny, rule], path) }));
    assert.is(error.message, "cannot write `c 4000:1 rwm` to `devices.allow`: EPERM");
    assert.is(error.pointer, "/linux/resources/devices/1");
    assert.match(error.hint ?? "", "its parent denies");
    // What the container was to have anyway it does without: no node can be made here, but by init, which is refused.
    const other = await refusal(launch("true", { bundle: bundle([deny], path) }));
    assert.match(other.message, /make the device .*EPERM/);
  } finally {
    rmdirSync(above);
  }
});

test("v2 can do it", { needs: ["root", "busybox", "cgroup-v2"], vm: true }, async () => {
  assert.is(await run(attempt("c", 4000, 11), hole), denied);
  assert.is(await run(attempt("c", 4000, 9), hole), "made\nread\nwritten\n");
});

test("v2 takes a thousand rules", {
  needs: ["root", "busybox", "cgroup-v2"],
  vm: true,
}, async () => {
  const many = Array.from({ length: 1000 }, (_, i): DeviceRule => {
    const access = ["r", "w", "rw", "rwm"][i % 4];
    return { allow: i % 3 > 0, type: i % 2 ? "c" : "b", major: 2000 + (i % 50), minor: i, access };
  });
  const last: DeviceRule = { allow: true, type: "c", major: 4000, minor: 11, access: "r" };
  assert.is(
    await run(attempt("c", 4000, 11), [deny, last, ...many]),
    "made\nread\nOperation not permitted\n",
  );
});

test("in a user namespace nobody makes a node", {
  needs: ["root", "userns", "busybox"],
  vm: true,
}, async () => {
  const script =
    "busybox mknod /dev/x c 4000 1 2>&1 | grep -o 'Operation not permitted'; echo x >/dev/null";
  assert.is(
    await output(script, { ...privileged, userns: "auto:size=2000" }),
    "Operation not permitted\n",
  );
});

const jobs: Jobs = {
  bundle: (path) => output("echo x >/dev/null && echo written", { bundle: path }),
};

test("an ordinary user's container runs without", { needs: ["user", "userns", "busybox"] }, async ({
  user,
}) => {
  const directory = temporary("rootless");
  const spec = defaultSpec({ rootless: { uid: user.uid, gid: user.gid } });
  const process = { ...(spec.process as NonNullable<Spec["process"]>), terminal: false };
  const linux = { ...spec.linux, resources: { devices: [deny] } };
  const config = { ...spec, process, root: { path: makeRootfs() }, linux };
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
  assert.is(await ask(user, import.meta.url, "bundle", directory), "written\n");
});

/** devices.list of the cgroup that a process is in, sorted. */
function list(pid: number): string[] {
  const path = /^\d+:devices:(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1] ?? "";
  const file = `/sys/fs/cgroup/devices${path}/devices.list`;
  return readFileSync(file, "utf8").trim().split("\n").sort();
}

/** The same of a container of another runtime, made from what `runc spec` writes. */
function listOf(runtime: "crun" | "runc"): string[] {
  const directory = temporary(runtime);
  const root = join(temporary(`${runtime}-state`), "state");
  mkdirSync(root);
  const spec = defaultSpec();
  const process = { ...(spec.process as NonNullable<Spec["process"]>), terminal: false };
  const id = `${prefix}${runtime}`;
  const config = { ...spec, process, root: { path: makeRootfs() } };
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
  const call = (...args: string[]) =>
    execFileSync(runtime, ["--root", root, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
    });
  execFileSync(runtime, ["--root", root, "create", "--bundle", directory, id], { stdio: "ignore" });
  try {
    return list((JSON.parse(call("state", id)) as { pid: number }).pid);
  } finally {
    call("delete", "--force", id);
  }
}

async function own(): Promise<string[]> {
  const { pid, stop } = await background("", { bundle: bundle([deny]) });
  try {
    return list(pid);
  } finally {
    await stop();
  }
}

test("runc allows the same devices", {
  needs: ["root", "busybox", "runc", "cgroup-v1"],
}, async () => {
  assert.equal(await own(), listOf("runc"));
});

test("crun allows the same and the host's console", {
  needs: ["root", "busybox", "crun", "cgroup-v1"],
}, async () => {
  // 5:1 is no device of a container's: its /dev/console is a pty. Versions of crun differ in 10:200.
  const differ = (line: string) => !/^c (5:1|10:200) /.test(line);
  assert.equal((await own()).filter(differ), listOf("crun").filter(differ));
});

if (!(await isJob(jobs))) test.run();
