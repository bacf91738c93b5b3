import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from "node:fs";
import { availableParallelism, release, totalmem, userInfo } from "node:os";
import * as assert from "uvu/assert";
import { matchHierarchies, parseMemberships, versionOf } from "../../shim/facts/cgroup.ts";
import { hugepageSizes } from "../../shim/facts/cgroup-features.ts";
import { countList, parseMemory, parsePageSize, parseRelease } from "../../shim/facts/kernel.ts";
import { parseMountinfo } from "../../shim/facts/mountinfo.ts";
import { isInitial, namespaceTypes, parseIdMap } from "../../shim/facts/namespaces.ts";
import { probe } from "../../shim/facts/probe.ts";
import { parseSubordinate, permits } from "../../shim/facts/subordinate.ts";
import { lines, readNumber, readText } from "../../shim/facts/text.ts";
import { findUser, parseStatus } from "../../shim/facts/user.ts";
import { slowness, topic } from "../harness.ts";
import { kept } from "./kept.ts";
import * as hosts from "./table-hosts.ts";

const test = topic("shim facts");

/** `version: mount own controllers…` of each hierarchy. */
function seen({ mountinfo, cgroup }: hosts.HostText): string[] {
  const found = matchHierarchies(parseMountinfo(mountinfo), parseMemberships(cgroup));
  const words = found.map(({ mount, own, controllers, name, unified }) =>
    [mount, own, unified ? "v2" : controllers.join(",") || `name=${name}`].join(" "),
  );
  return [versionOf(found), ...words];
}

test("finds the hierarchies of a Raspberry Pi", () => {
  assert.equal(seen(hosts.raspberry_pi), [
    "hybrid",
    "/sys/fs/cgroup/unified /user.slice/user-1000.slice/session-1.scope v2",
    "/sys/fs/cgroup/systemd /user.slice/user-1000.slice/session-1.scope name=systemd",
    "/sys/fs/cgroup/cpu,cpuacct /user.slice cpu,cpuacct",
    "/sys/fs/cgroup/memory /user.slice/user-1000.slice memory",
    "/sys/fs/cgroup/cpuset / cpuset",
  ]);
});

test("finds v1 alone, v2 alone, and none", () => {
  assert.equal(seen(hosts.plain_v1), [
    "v1",
    "/sys/fs/cgroup/cpu / cpu",
    "/sys/fs/cgroup/memory /service memory",
  ]);
  assert.equal(seen(hosts.fedora), [
    "v2",
    "/sys/fs/cgroup /user.slice/user-1000.slice/session-3.scope v2",
  ]);
  assert.equal(seen({ mountinfo: "", cgroup: "0::/\n" }), ["none"]);
  assert.equal(seen({ mountinfo: hosts.fedora.mountinfo, cgroup: "" }), ["none"]);
});

test("finds its own cgroup where only a part of the hierarchy is mounted", () => {
  assert.equal(seen(hosts.docker_v1), [
    "v1",
    "/sys/fs/cgroup/systemd / name=systemd",
    "/sys/fs/cgroup/memory /inner memory",
  ]);
  assert.equal(seen(hosts.docker_v2), ["v2", "/sys/fs/cgroup / v2"]);
  assert.equal(seen(hosts.unshared), ["v2", "/sys/fs/cgroup / v2"]);
});

test("takes the mount that shows most, and of equal ones a writable one", () => {
  assert.equal(seen(hosts.repeated), ["v2", "/sys/fs/cgroup /system.slice/x.service v2"]);
});

test("undoes the kernel's octal escapes", () => {
  assert.equal(seen(hosts.wsl), [
    "hybrid",
    "/sys/fs/cgroup/unified /init.scope v2",
    "/sys/fs/cgroup/cpuset / cpuset",
  ]);
  const drives = parseMountinfo(hosts.wsl.mountinfo).filter(({ source }) => source.includes(":"));
  assert.equal(
    drives.map(({ point, source }) => [point, source]),
    [
      ["/mnt/c", "C:\\"],
      ["/mnt/my disk\t\né", "D:\\"],
    ],
  );
});

test("reads mount lines with none or many optional fields and skips broken ones", () => {
  const line = (fields: string) =>
    parseMountinfo(`36 35 98:0 /r /p rw,noatime ${fields}- ext3 /dev/root rw,errors=continue\n`);
  const expected = {
    id: 36,
    parent: 35,
    root: "/r",
    point: "/p",
    options: ["rw", "noatime"],
    type: "ext3",
    source: "/dev/root",
    superOptions: ["rw", "errors=continue"],
  };
  assert.equal(line(""), [expected]);
  assert.equal(line("shared:1 master:2 unbindable "), [expected]);
  assert.equal(parseMountinfo("36 35 98:0 /r\n\nx - y\n"), []);
});

test("reads id maps and tells the first user namespace from a full map in another", () => {
  const full = parseIdMap("         0          0 4294967295\n");
  assert.equal(full, [{ containerID: 0, hostID: 0, size: 4294967295 }]);
  assert.ok(isInitial(full, "user:[4026531837]"));
  assert.not(isInitial(full, "user:[4026532201]"));
  assert.not(isInitial(parseIdMap("0 1000 1\n1 100000 65536\n"), "user:[4026531837]"));
  assert.equal(parseIdMap(""), []);
  assert.equal(namespaceTypes(["cgroup", "mnt", "pid", "pid_for_children"]), [
    "mount",
    "pid",
    "cgroup",
  ]);
});

test("reads subordinate ids by name and by number, and no one else's", () => {
  const text =
    "# no\nann:100000:65536\nbob:1:2\n1000:300000:10\nann:x:1\nann:5:0\n:7:7\nann:4294967000:999\n";
  assert.equal(parseSubordinate(text, { uid: 1000, name: "ann" }), [
    { start: 100000, size: 65536 },
    { start: 300000, size: 10 },
  ]);
  assert.equal(parseSubordinate(text, { uid: 7, name: "" }), []);
});

test("reads file capabilities", () => {
  const cap_setuid = Buffer.from("0100000280000000000000000000000000000000", "hex");
  assert.ok(permits(cap_setuid, 7));
  assert.not(permits(cap_setuid, 6));
  assert.not(permits(new Uint8Array(0), 7));
});

test("reads what the kernel says of itself", () => {
  assert.equal(parseRelease("5.15.90.1-microsoft-standard-WSL2"), {
    release: "5.15.90.1-microsoft-standard-WSL2",
    major: 5,
    minor: 15,
  });
  assert.is(parseRelease("6.12-rc1").minor, 12);
  assert.is(parseRelease("").major, 0);
  assert.equal(["0", "0-3", "0-3,8,10-11\n", ""].map(countList), [1, 4, 7, 0]);
  assert.is(parseMemory("MemTotal:         948308 kB\nMemFree: 1 kB\n"), 971067392);
  assert.is(parseMemory(""), 0);
  const auxv = new BigUint64Array([16n, 1n, 6n, 16384n, 0n, 0n]);
  assert.is(parsePageSize(new Uint8Array(auxv.buffer)), 16384);
  assert.is(parsePageSize(new Uint8Array(0)), 4096);
});

test("reads rights and the user", () => {
  const status = "Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t00000000a80425fb\nSeccomp:\t2\n";
  assert.equal(parseStatus(status), {
    effective: 0x1ffffffffffn,
    bounding: 0xa80425fbn,
    seccomp: true,
  });
  assert.equal(parseStatus("Name:\tx\n"), { effective: 0n, bounding: 0n, seccomp: false });
  const passwd =
    "root:x:0:0:root:/root:/bin/sh\n+::::::\nann:x:1000:1000::/home/ann:/bin/sh\nodd:x\n";
  assert.equal(findUser(passwd, 1000), { name: "ann", home: "/home/ann" });
  assert.equal(findUser(passwd, 0), { name: "root", home: "/root" });
  assert.equal(findUser(passwd, 5), { name: "", home: "" });
});

test("reads files of any length, and null for none", () =>
  kept(() => {
    assert.is(readText("/no/such"), null);
    assert.is(readText("/etc"), null);
    assert.is(readText(process.execPath.replace(/[^/]*$/, "")), null);
    assert.is(readNumber("/etc/passwd"), null);
    assert.equal(lines(null), []);
    // Longer than the first buffer.
    const path = "/proc/kallsyms";
    assert.is(readText(path)?.length, readFileSync(path, "utf8").length);
  }));

test("agrees with node on this host", { vm: true }, () =>
  kept(() => {
    const facts = probe();
    assert.is(facts.arch, process.arch);
    assert.is(facts.kernel.release, release());
    assert.ok(facts.cpus >= availableParallelism());
    assert.is(facts.memory_bytes, totalmem());
    assert.is(facts.user.uid, process.geteuid?.());
    assert.is(facts.user.home, userInfo().homedir);
    assert.is(facts.pageSize, Number(execFileSync("getconf", ["PAGESIZE"])));
    assert.is(facts.namespaces.length, 8);
    assert.is(
      facts.userNamespaces.initial,
      readlinkSync("/proc/self/ns/user") === "user:[4026531837]",
    );
    assert.is(Object.keys(facts.rlimits).length, 16);
    assert.ok(facts.mounts.some(({ point, type }) => point === "/proc" && type === "proc"));
    assert.ok(facts.lastCapability >= 40);
  }),
);

test("calls huge pages as their cgroup files do", () => {
  const directories = ["hugepages-1048576kB", "hugepages-64kB", "hugepages-2048kB", "x"];
  assert.equal(hugepageSizes(directories), ["64KB", "2MB", "1GB"]);
  assert.equal(hugepageSizes(["hugepages-16777216kB", "hugepages-32768kB"]), ["32MB", "16GB"]);
  assert.equal(hugepageSizes([]), []);
});

test("knows which files a cgroup has", { needs: ["root"], vm: true }, () => {
  const { hierarchies, features } = probe().cgroup;
  const files = new Set<string>();
  for (const { mount } of hierarchies) {
    const path = `${mount}/wrun-test-facts-${process.pid}`;
    mkdirSync(path);
    for (const name of readdirSync(path)) files.add(name);
    rmdirSync(path);
  }
  assert.is(features.bfq, files.has("blkio.bfq.weight") || files.has("io.bfq.weight"));
  assert.is(features.cfq, files.has("blkio.leaf_weight"));
  assert.is(features.iocost, files.has("io.weight"));
  assert.is(features.realtime, files.has("cpu.rt_runtime_us"));
  assert.is(features.kernelTcp, files.has("memory.kmem.tcp.limit_in_bytes"));
  const hugetlb = hierarchies.some(({ controllers }) => controllers.includes("hugetlb"));
  for (const size of hugetlb ? features.hugepageSizes : []) {
    const has = (end: string) => files.has(`hugetlb.${size}.${end}`);
    assert.ok(has("max") || has("limit_in_bytes"), size);
    assert.ok(has("rsvd.max") || has("rsvd.limit_in_bytes"), size);
  }
});

test("sees that root may make cgroups", { needs: ["root"], vm: true }, () => {
  const { hierarchies } = probe().cgroup;
  const memory = hierarchies.find(({ controllers }) => controllers.includes("memory"));
  assert.is(memory?.writable, "root");
});

test("takes little time", () => {
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now();
    probe();
    return performance.now() - start;
  });
  assert.ok(Math.min(...times) < 5 * slowness, `${Math.min(...times)} ms`);
});

test.run();
