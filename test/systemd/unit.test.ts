import * as assert from "uvu/assert";
import { busOf, managerCgroup } from "../../runtime/systemd/manager.ts";
import { listed } from "../../runtime/systemd/mask.ts";
import { propertiesOf } from "../../runtime/systemd/property.ts";
import { slicePath, unitOf } from "../../runtime/systemd/unit.ts";
import { workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";

const test = topic("units of systemd");
const infinity = 0xffff_ffff_ffff_ffffn;

const slices: [string, string][] = [
  ["-.slice", ""],
  ["system.slice", "/system.slice"],
  ["a-b.slice", "/a.slice/a-b.slice"],
  ["a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice"],
];

test("a slice is inside of those that its name begins with", () => {
  for (const [slice, path] of slices) assert.is(slicePath(slice), path, slice);
});

test("what is no slice is refused", () => {
  const wrong = ["", "a", ".slice", "a--b.slice", "-a.slice", "a-.slice", "a/b.slice", "a b.slice"];
  for (const slice of wrong) assert.throws(() => slicePath(slice), /no name of a slice/, slice);
});

const units: [string, "system" | "user", string][] = [
  ["", "system", "/system.slice/wrun-box.scope"],
  ["", "user", "/user.slice/wrun-box.scope"],
  [":crio:one", "system", "/system.slice/crio-one.scope"],
  ["::one", "system", "/system.slice/one.scope"],
  ["machine.slice:libpod:one", "user", "/machine.slice/libpod-one.scope"],
  ["-.slice:x:one", "system", "/x-one.scope"],
  ["a-b.slice:x:one", "system", "/a.slice/a-b.slice/x-one.scope"],
];

test("a scope is inside of its slice", () => {
  for (const [path, bus, cgroup] of units) assert.is(unitOf(path, "box", bus).path, cgroup, path);
});

test("root of the host has the host's systemd, everybody else has his own", () => {
  const whole = [{ containerID: 0, hostID: 0, size: 2 ** 32 - 1 }];
  const of = (uid: number, initial: boolean, uidMap = whole) => {
    const { facts } = workstation;
    const user = { ...facts.user, uid };
    return { user, userNamespaces: { ...facts.userNamespaces, initial, uidMap } };
  };
  assert.is(busOf(of(0, true)), "system");
  assert.is(busOf(of(1000, true)), "user");
  const podman = of(0, false, [{ containerID: 0, hostID: 1000, size: 1 }]);
  assert.is(busOf(podman), "user");
  for (const facts of [of(1000, true), podman]) {
    assert.is(managerCgroup(facts), "/user.slice/user-1000.slice/user@1000.service");
  }
  const { path } = unitOf("app.slice:x:one", "box", "user", managerCgroup(podman));
  assert.is(path, "/user.slice/user-1000.slice/user@1000.service/app.slice/x-one.scope");
});

test("what is no unit is refused", () => {
  for (const path of ["/a/b", "a.slice:b", "a.slice:b:c:d", "a.slice:b:", "a.slice:b:c/d", "a:b:c"])
    assert.throws(
      () => unitOf(path, "box", "system"),
      (error: unknown) => error instanceof RangeError,
    );
  const long = `:x:${"n".repeat(250)}`;
  assert.throws(() => unitOf(long, "box", "system"), /longer than 255/);
});

const numbers: [string, string, string, bigint][] = [
  ["memory.max", "1048576", "MemoryMax", 1048576n],
  ["memory.max", "max", "MemoryMax", infinity],
  ["memory.limit_in_bytes", "-1", "MemoryLimit", infinity],
  ["cpu.weight", "100", "CPUWeight", 100n],
  ["cpu.shares", "1024", "CPUShares", 1024n],
  ["pids.max", "50", "TasksMax", 50n],
];

test("a limit that is written is a property of the unit", () => {
  for (const [file, value, name, number] of numbers)
    assert.equal(propertiesOf([{ file, value }]), [[name, { type: "t", value: number }]], file);
  assert.equal(propertiesOf([{ file: "io.max", value: "8:0 rbps=1" }]), []);
});

const quotas: [string, bigint, bigint][] = [
  ["50000 100000", 500_000n, 100_000n],
  ["1000 300000", 10_000n, 300_000n],
  ["33334 100000", 340_000n, 100_000n],
  ["max 100000", infinity, 100_000n],
];

test("a quota is rounded up to a percent", () => {
  const quota = (value: bigint, period: bigint) => [
    ["CPUQuotaPerSecUSec", { type: "t", value }],
    ["CPUQuotaPeriodUSec", { type: "t", value: period }],
  ];
  for (const [value, perSecond, period] of quotas)
    assert.equal(propertiesOf([{ file: "cpu.max", value }]), quota(perSecond, period), value);
  const old = [
    { file: "cpu.cfs_period_us", value: "200000" },
    { file: "cpu.cfs_quota_us", value: "50000" },
  ];
  assert.equal(propertiesOf(old), quota(250_000n, 200_000n));
});

const lists: [string, number[]][] = [
  ["0", [1]],
  ["0-3,8", [0x0f, 1]],
  ["16", [0, 0, 1]],
  ["7-8", [0x80, 1]],
  ["", []],
];

test("a list of processors is a mask", () => {
  for (const [list, bytes] of lists) assert.equal([...listed(list)], bytes, list);
  assert.throws(() => listed("0-8192"), /above 8191/);
});

test.run();
