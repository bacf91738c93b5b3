/** Two containers at once, and the host: what they see of each other. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import * as assert from "uvu/assert";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Internals } from "../../runtime/run/run.ts";
import { topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { background, type Kind, output } from "./launch.ts";
import { isCall, without } from "./rewrite.ts";

const test = topic("isolation", { vm: true });

type Where = RunOptions & { on?: Kind };

const own_kinds = ["cgroup", "ipc", "mnt", "net", "pid", "uts"];

function namespaces(pid: number | "self", kinds: readonly string[]): string[] {
  return kinds.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
}

const secret = "isolation-secret";

/** A makes something of every kind; neither B, nor the host, sees it. */
async function apart(where: Where, kinds: readonly string[]): Promise<void> {
  const traces = [
    `touch /tmp/${secret}`,
    `touch /dev/shm/${secret}`,
    `touch /dev/mqueue/${secret}`,
    `nc -lU /tmp/${secret}.socket & sleep 4242 &`,
  ];
  const a = await background(traces.join("\n"), { ...where, hostname: secret });
  const b = await background("", { ...where });
  try {
    const all = [
      ...namespaces("self", kinds),
      ...namespaces(a.pid, kinds),
      ...namespaces(b.pid, kinds),
    ];
    assert.is(new Set(all).size, all.length, `a namespace is shared: ${all.join(" ")}`);
    const mine = [a, b].map(({ id, pid }) => [id, readFileSync(`/proc/${pid}/mountinfo`, "utf8")]);
    const mounts = mine.map(([, text]) => [...(text ?? "").matchAll(/^(\d+) /gm)].map((m) => m[1]));
    assert.equal(
      mounts[0]?.filter((id) => mounts[1]?.includes(id)),
      [],
    );
    const seen = await output(look, where);
    assert.not.match(seen, secret);
    assert.not.match(seen, "4242");
    assert.not.match(hostname(), secret);
    for (const path of ["/tmp", "/dev/shm", "/dev/mqueue"]) {
      assert.ok(existsSync(`/proc/${a.pid}/root${path}/${secret}`), `${path} is usable`);
      assert.not.ok(existsSync(`/proc/${b.pid}/root${path}/${secret}`), `${path} of the other`);
      assert.not.ok(existsSync(`${path}/${secret}`), `${path} of the host`);
    }
  } finally {
    await Promise.all([a.stop(), b.stop()]);
  }
}

const look = [
  "hostname; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /proc/net/unix; cat /proc/sysvipc/*; cat /proc/self/mountinfo",
  "ls /tmp /dev/shm /dev/mqueue",
].join("\n");

/** One `/` in the mount table, and nothing above it: there was a host below the pivot once. */
async function rooted(where: Where, internals: Internals = {}): Promise<void> {
  const text = await output(
    "cat /proc/self/mountinfo; for d in / /.. /../.. /proc/1/root/..; do echo; ls -a $d; done",
    where,
    internals,
  );
  const [mountinfo = "", ...lists] = text.split("\n\n");
  const points = mountinfo.split("\n").map((line) => line.split(" ")[4]);
  assert.equal(
    points.filter((point) => point === "/"),
    ["/"],
  );
  assert.is(lists.length, 4);
  const tidy = lists.map((list) => list.trim());
  assert.equal(tidy, Array(4).fill(tidy[0]));
}

async function processes(where: Where): Promise<void> {
  const seen = await output(
    "for d in /proc/[0-9]*; do cat $d/comm; done; echo; ls /sys/class/net",
    where,
  );
  const [comms = "", interfaces = ""] = seen.split("\n\n");
  assert.equal(
    new Set(comms.trim().split("\n")),
    new Set(["sh", "cat"].slice(0, comms.includes("cat") ? 2 : 1)),
  );
  const links = interfaces
    .trim()
    .split("\n")
    .filter((name) => !tunnels.test(name));
  assert.equal(links, ["lo"]);
}

/** Fallback devices that some kernels make in every network namespace (net.core.fb_tunnels_only_for_init_net). */
const tunnels = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$|^bonding_masters$/;

async function all(where: Where, kinds: readonly string[]): Promise<void> {
  await apart(where, kinds);
  await rooted(where);
  await processes(where);
}

const jobs: Jobs = {
  rootfs: () =>
    all(
      {},
      [...own_kinds, "user"].filter((kind) => kind !== "cgroup"),
    ),
  overlay: () => all({ on: "host-overlay" }, ["ipc", "mnt", "net", "pid", "user", "uts"]),
};

test("as root, in a rootfs", { needs: ["root", "busybox"] }, () => all({}, own_kinds));

test("as root, over the host's root", { needs: ["root"] }, () =>
  all({ on: "host-overlay" }, own_kinds),
);

test("in a user namespace, in a rootfs", { needs: ["root", "userns", "busybox"] }, () =>
  all({ userns: "auto:size=2000" }, [...own_kinds, "user"]),
);

test("in a user namespace, over the host's root", { needs: ["root", "userns"] }, () =>
  all({ userns: "auto", on: "host-overlay" }, [...own_kinds, "user"]),
);

test("as an ordinary user, in a rootfs", { needs: ["user", "userns", "busybox"] }, ({ user }) =>
  ask(user, import.meta.url, "rootfs").then(() => undefined),
);

test("as an ordinary user, over the host's root", { needs: ["user", "userns"] }, ({ user }) =>
  ask(user, import.meta.url, "overlay").then(() => undefined),
);

test("with a terminal", { needs: ["root", "busybox"] }, async () => {
  // The terminal's own mount is one more that could be left on top.
  await rooted({ tty: false });
  const a = await background("", { tty: true });
  try {
    const points = readFileSync(`/proc/${a.pid}/mountinfo`, "utf8").match(/^\S+ \S+ \S+ \S+ \/ /gm);
    assert.is(points?.length, 1);
  } finally {
    await a.stop();
  }
});

test("the test of the root sees a pivot cut short", { needs: ["root", "busybox"] }, async () => {
  for (const where of [{}, { on: "host-overlay" as const }]) {
    const rewrite = without(isCall("umount2"), "first");
    const noticed = await rooted(where, { rewrite }).then(
      () => false,
      () => true,
    );
    assert.ok(noticed, JSON.stringify(where));
  }
});

test("System V IPC of the host is not seen", { needs: ["root", "busybox"] }, async () => {
  const id = execFileSync("ipcmk", ["-M", "4096"], { encoding: "utf8" }).match(/\d+/)?.[0] ?? "";
  try {
    const count = (text: string): number => text.trim().split("\n").length;
    assert.ok(count(readFileSync("/proc/sysvipc/shm", "utf8")) > 1);
    assert.is(count(await output("cat /proc/sysvipc/shm")), 1);
  } finally {
    execFileSync("ipcrm", ["-m", id]);
  }
});

test("System V IPC of one container is not seen by another", { needs: ["root"] }, async () => {
  const a = await background("ipcmk -M 4096; cat /proc/sysvipc/shm >/tmp/shm", {
    on: "host-overlay",
  });
  try {
    const lines = (text: string): number => text.trim().split("\n").length;
    assert.is(lines(readFileSync(`/proc/${a.pid}/root/tmp/shm`, "utf8")), 2);
    assert.is(lines(await output("cat /proc/sysvipc/shm")), 1);
  } finally {
    await a.stop();
  }
});

test("what is written over the host's root is thrown away", { needs: ["root"] }, async () => {
  const file = `/etc/${secret}`;
  try {
    const where = { on: "host-overlay" as const };
    assert.is(await output(`echo kept >${file}; cat ${file}`, where), "kept\n");
    assert.not.ok(existsSync(file));
    assert.is(await output(`ls -a /etc`, where).then((list) => list.includes(secret)), false);
  } finally {
    rmSync(file, { force: true });
  }
});

if (!(await isJob(jobs))) test.run();
