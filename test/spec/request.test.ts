import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Request } from "../../runtime/options/request.ts";
import { request } from "../../runtime/options/request.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { checkSpec } from "../../runtime/spec/check/check.ts";
import { defaultSpec, specText } from "../../runtime/spec/default.ts";
import { readJson } from "../../runtime/spec/json.ts";
import type { Mount, Spec } from "../../runtime/spec/types.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import { topic } from "../harness.ts";
import { ask, host } from "./host.ts";
import { bytes, thrown } from "./thrown.ts";

const test = topic("options/request");

const types = ({ spec }: Request) => spec.linux?.namespaces?.map(({ type }) => type).sort();
const mountAt = ({ spec }: Request, path: string): Mount | undefined =>
  spec.mounts?.find(({ destination }) => destination === path);

/** A bundle with this spec, and the request that the options make of it. */
function askBundle(spec: Spec, options: RunOptions, uid = 0): Request {
  const directory = mkdtempSync(join(tmpdir(), "wrun-request-"));
  try {
    writeFileSync(join(directory, "config.json"), specText(spec));
    return ask({ bundle: directory, ...options }, uid);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("asks for a shell on the host's own files when nothing is said", () => {
  const made = ask({});
  assert.match(made.id, /^[0-9a-f]{12}$/);
  assert.not.equal(ask({}).id, made.id);
  assert.equal(made.rootfs, { kind: "host-overlay" });
  assert.is(made.spec.hostname, made.id);
  assert.equal(made.spec.process?.args, ["sh"]);
  assert.equal(
    made.spec.process?.env?.map((e) => e.split("=")[0]),
    ["PATH", "HOME"],
  );
  assert.is(made.spec.process?.terminal, false);
  assert.is(made.spec.process?.noNewPrivileges, true);
  assert.equal(made.spec.process?.rlimits, [{ type: "RLIMIT_NOFILE", soft: 1024, hard: 1048576 }]);
  assert.equal(types(made), ["cgroup", "ipc", "mount", "network", "pid", "uts"]);
  const { user, stdin, stdout, killAfter_ms, reject } = made;
  assert.equal(
    { user, stdin, stdout, killAfter_ms, reject },
    {
      ...{ user: undefined, stdin: "ignore", stdout: "pipe", killAfter_ms: 5000, reject: true },
    },
  );
});

test("makes a spec that config.json could hold, whatever the options", () => {
  const many: RunOptions[] = [
    {},
    { volumes: ["a:/a", "/b:/b:ro", { source: "c:d", destination: "/c" }], tmpfs: ["/t:size=1m"] },
    { memory: "64m", cpus: 0.5, cpuShares: 2, cpusetCpus: "0", pidsLimit: 20 },
    { ulimits: ["core=unlimited", "nofile=1:2"], env: { A: "" }, capDrop: ["CAP_KILL"] },
    { name: "a".repeat(255), network: "host", userns: "auto:size=2000", tty: true },
    { uidMap: ["0:1:2"], workdir: "/x", readOnly: true, noNewPrivileges: false },
  ];
  for (const options of many) {
    for (const uid of [0, 1000]) {
      const { spec } = ask(options, uid);
      assert.equal(checkSpec(readJson(bytes(specText(spec)))), spec);
    }
  }
});

test("shortens a long id for the hostname", () => {
  assert.is(ask({ name: "a".repeat(255) }).spec.hostname, "a".repeat(64));
  assert.is(ask({ name: "x", hostname: "web" }).spec.hostname, "web");
});

test("resolves paths against the caller's directory, and expands no ~", () => {
  const made = ask({ rootfs: "rootfs", volumes: ["src:/src:ro", "~/x:/x", "/abs:/abs"] });
  assert.equal(made.rootfs, { kind: "directory", path: "/work dir/rootfs" });
  assert.is(mountAt(made, "/src")?.source, "/work dir/src");
  assert.ok(mountAt(made, "/src")?.options?.includes("rro"));
  assert.is(mountAt(made, "/x")?.source, "/work dir/~/x");
  assert.not.ok(mountAt(made, "/abs")?.options?.includes("rro"));
});

test("lets a volume or tmpfs take the place of a mount of its own", () => {
  const made = ask({ volumes: ["/data:/tmp"], tmpfs: ["/run:size=1m"] });
  const at = (path: string) => made.spec.mounts?.filter((m) => m.destination === path);
  assert.is(at("/tmp")?.length, 1);
  assert.is(at("/tmp")?.[0]?.source, "/data");
  assert.equal(at("/run")?.[0]?.options, ["nosuid", "nodev", "mode=1777", "size=1m"]);
});

test("passes TERM on with a terminal only, and leaves HOME to the look-up of a user", () => {
  const env = (options: RunOptions) => ask(options).spec.process?.env?.slice(1);
  assert.equal(env({ tty: true }), ["TERM=vt220", "HOME=/root"]);
  assert.equal(env({ user: "app" }), []);
  assert.equal(env({ env: { HOME: "/x", A: "1" } }), ["HOME=/x", "A=1"]);
});

test("makes a memory limit one of swap too, where the host can", () => {
  const memory = (options: RunOptions, swap: boolean) => {
    const cgroup = { version: "v2" as const, hierarchies: [], swap, features: no_features };
    return request(options, host(0, { cgroup })).spec.linux?.resources?.memory;
  };
  assert.equal(memory({ memory: 1024 }, true), { limit: 1024, swap: 1024 });
  assert.equal(memory({ memory: 1024 }, false), { limit: 1024 });
  assert.equal(memory({ memory: 1024, memorySwap: -1 }, true), { limit: 1024, swap: -1 });
});

test("gives an ordinary user a user namespace, and root none", () => {
  assert.ok(types(ask({}, 1000))?.includes("user"));
  assert.not.ok(types(ask({}, 0))?.includes("user"));
  assert.not.ok(types(ask({ userns: "host" }, 1000))?.includes("user"));
  assert.is(ask({ userns: "auto:size=2000" }).idSize, 2000);
  assert.is(ask({}, 1000).idSize, 65536);
});

test("maps ids as told", () => {
  const own = ask({ userns: "own" }, 1000).spec.linux;
  assert.equal(own?.uidMappings, [{ containerID: 0, hostID: 1000, size: 1 }]);
  const given = ask({ uidMap: ["0:100:10"] }, 1000).spec.linux;
  assert.equal(given?.gidMappings, [{ containerID: 0, hostID: 100, size: 10 }]);
  assert.equal(given?.uidMappings, given?.gidMappings);
  assert.equal(ask({ userns: "auto" }).spec.linux?.uidMappings, undefined);
  const joined = ask({ userns: "/proc/1/ns/user" }).spec.linux?.namespaces?.at(-1);
  assert.equal(joined, { type: "user", path: "/proc/1/ns/user" });
  const both = thrown(() => ask({ userns: "auto", uidMap: ["0:100:10"] }));
  assert.is(both.message, "`userns` and an id map contradict each other");
});

test("gives devpts the group tty only where the id map has it", () => {
  const has = (options: RunOptions, uid: number) =>
    mountAt(ask(options, uid), "/dev/pts")?.options?.includes("gid=5");
  assert.is(has({}, 0), true);
  assert.is(has({ userns: "auto" }, 0), true);
  assert.is(has({ userns: "auto:size=5" }, 0), false);
  assert.is(has({ userns: "own" }, 0), false);
  assert.is(has({}, 1000), false);
  assert.is(has({ uidMap: ["0:0:5"] }, 0), false);
  assert.is(has({ uidMap: ["0:0:5"], gidMap: ["0:0:5", "5:100:1"] }, 0), true);
});

test("binds the host's /sys, all of it read-only, for who shares its network from a user namespace", () => {
  const sys = (options: RunOptions, uid: number) => mountAt(ask({ ...options }, uid), "/sys");
  assert.is(sys({ network: "host" }, 0)?.type, "sysfs");
  assert.is(sys({}, 1000)?.type, "sysfs");
  assert.equal(sys({ network: "host" }, 1000), {
    ...{ destination: "/sys", type: "none", source: "/sys" },
    options: ["rbind", "nosuid", "noexec", "nodev", "rro"],
  });
});

test("leaves a bundle as it is when no option speaks of it", () => {
  const spec = defaultSpec();
  const made = askBundle(spec, {});
  assert.equal(made.spec, spec);
  assert.equal(made.rootfs, { kind: "directory", path: join(made.bundle, "rootfs") });
  const rootless = defaultSpec({ rootless: { uid: 1000, gid: 1000 } });
  assert.equal(askBundle(rootless, {}, 1000).spec, rootless);
});

test("lets options win over a bundle", () => {
  const { process: plain, ...rest } = defaultSpec();
  const capabilities = { ...plain?.capabilities, ambient: plain?.capabilities?.bounding ?? [] };
  const spec: Spec = { ...rest, hostname: "old", process: { cwd: "/", ...plain, capabilities } };
  const made = askBundle(spec, {
    ...{ args: ["id"], env: { TERM: "dumb", A: "1" }, workdir: "/w", hostname: "new", tty: false },
    ...{ readOnly: false, memory: 1024, pidsLimit: 5, network: "host", ulimits: ["nofile=1"] },
    ...{ capAdd: ["CAP_CHOWN"], capDrop: ["CAP_KILL"], noNewPrivileges: false, rootfs: "/other" },
  });
  const { process, root, linux, hostname } = made.spec;
  assert.equal(process?.args, ["id"]);
  assert.equal(process?.env, [...(spec.process?.env?.slice(0, 1) ?? []), "TERM=dumb", "A=1"]);
  assert.is(process?.cwd, "/w");
  assert.is(hostname, "new");
  assert.is(process?.terminal, false);
  assert.is(root?.readonly, false);
  assert.equal(linux?.resources?.pids, { limit: 5 });
  assert.equal(linux?.resources?.devices, spec.linux?.resources?.devices);
  assert.not.ok(types(made)?.includes("network"));
  assert.equal(process?.rlimits, [{ type: "RLIMIT_NOFILE", soft: 1, hard: 1 }]);
  const kept = ["CAP_AUDIT_WRITE", "CAP_NET_BIND_SERVICE"];
  assert.equal(process?.capabilities, {
    ...{ bounding: [...kept, "CAP_CHOWN"], effective: [...kept, "CAP_CHOWN"] },
    ...{ permitted: [...kept, "CAP_CHOWN"], ambient: kept },
  });
  assert.is(process?.noNewPrivileges, false);
  assert.equal(made.rootfs, { kind: "directory", path: "/other" });
});

test("takes a bundle's user namespace away when told to share the host's", () => {
  const made = askBundle(defaultSpec({ rootless: { uid: 1, gid: 1 } }), { userns: "host" });
  assert.not.ok(types(made)?.includes("user"));
  assert.is(made.spec.linux?.uidMappings, undefined);
});

test.run();
