import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { Bus, BusError, type Property } from "../../shim/systemd/bus.ts";
import { topic } from "../harness.ts";

const test = topic("systemd's bus", { vm: true });
const seconds = 1_000_000n;

function scope(pid: number): Property[] {
  return [
    ["Description", { type: "s", value: "wrun test" }],
    ["Slice", { type: "s", value: "system.slice" }],
    ["Delegate", { type: "b", value: true }],
    ["DefaultDependencies", { type: "b", value: false }],
    ["PIDs", { type: "au", value: [pid] }],
    ["TasksMax", { type: "t", value: 50n }],
    ["MemoryHigh", { type: "t", value: 0xffff_ffff_ffff_ffffn }],
    ["AllowedCPUs", { type: "ay", value: Uint8Array.of(1) }],
    ["After", { type: "as", value: ["a.service", "b.service"] }],
  ];
}

function show(unit: string, property: string): string {
  return execFileSync("systemctl", ["show", "--value", "-p", property, unit], {
    encoding: "utf8",
  }).trim();
}

test("a scope is started, given another limit, and stopped", { needs: ["root", "systemd"] }, () => {
  const name = `wrun-bus-${process.pid}.scope`;
  const child = spawn("sleep", ["600"]);
  using bus = Bus.open("system");
  bus.subscribe();
  assert.is(
    bus.jobResult(bus.startTransientUnit(name, scope(child.pid as number)), 60n * seconds),
    "done",
  );
  assert.match(readFileSync(`/proc/${child.pid}/cgroup`, "utf8"), `/system.slice/${name}`);
  assert.is(show(name, "TasksMax"), "50");
  assert.is(show(name, "MemoryHigh"), "infinity");
  assert.is(show(name, "AllowedCPUs"), "0");
  for (const unit of ["a.service", "b.service"]) assert.match(show(name, "After"), unit);
  bus.setUnitProperties(name, [["TasksMax", { type: "t", value: 40n }]]);
  execFileSync("systemctl", ["daemon-reload"]);
  assert.is(show(name, "TasksMax"), "40");
  assert.is(bus.jobResult(bus.stopUnit(name), 60n * seconds), "done");
  assert.is(show(name, "ActiveState"), "inactive");
});

test("a unit that is not there is an error of the bus, by its name", {
  needs: ["root", "systemd"],
}, () => {
  using bus = Bus.open("system");
  try {
    bus.stopUnit("wrun-absent.scope");
    assert.unreachable();
  } catch (error) {
    assert.instance(error, BusError);
    assert.is((error as BusError).busName, "org.freedesktop.systemd1.NoSuchUnit");
  }
});

test.run();
