/** config-linux.md#intelrdt, on a directory that looks like resctrl. A test for each MUST. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { decide } from "../../runtime/policy/decide.ts";
import { enterRdt, makeRdt } from "../../runtime/run/rdt.ts";
import type { IntelRdt } from "../../runtime/spec/types.ts";
import { workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";
import { planOf, resctrl } from "../run/resctrl.ts";

const test = topic("config-linux.md#intelrdt");

/** Makes the class of a container `box`, puts a process into it, and gives a reader of what is there then. */
function made(intelRdt: IntelRdt): (file: string) => string | undefined {
  const mount = resctrl();
  mkdirSync(join(mount, "gold/mon_groups"));
  const { plan, recorded, facts } = planOf(mount, intelRdt);
  makeRdt(plan, facts, recorded);
  enterRdt(recorded, 42);
  return (file) => {
    const path = join(mount, file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  };
}

function refusal(intelRdt: IntelRdt): string {
  try {
    planOf(resctrl(), intelRdt);
  } catch (error) {
    if (error instanceof WrunError) return error.pointer ?? "";
    throw error;
  }
  throw new Error("it was not refused");
}

test("the process goes into `tasks` of the class", () => {
  assert.is(made({ closID: "gold" })("gold/tasks"), "42");
});

test("without a resctrl that is mounted it is an error", () => {
  const linux = { intelRdt: { closID: "gold" }, namespaces: [{ type: "mount" as const }] };
  const facts = { ...workstation.facts, resctrl: null };
  assert.throws(
    () => decide({ spec: { ociVersion: "1.3.0", linux }, facts, id: "box" }),
    /no resctrl filesystem is mounted/,
  );
});

test("without `intelRdt` nothing of resctrl is touched", () => {
  const linux = { namespaces: [{ type: "mount" as const }] };
  const decided = decide({
    spec: { ociVersion: "1.3.0", linux },
    facts: workstation.facts,
    id: "box",
  });
  assert.is(decided.rdt ?? null, null);
});

test("l3CacheSchema and memBwSchema are written together", () => {
  const read = made({ closID: "new", l3CacheSchema: "L3:0=f" });
  assert.is(read("new/schemata"), "L3:0=f\n");
});

test("a line MB: of l3CacheSchema gives way to memBwSchema", () => {
  // This host has no MB to share out: the check of it names the line that would be written.
  assert.is(
    refusal({ closID: "new", l3CacheSchema: "L3:0=f\nMB:0=1", memBwSchema: "MB:0=20" }),
    "/linux/intelRdt",
  );
});

test("memBwSchema begins with MB: and has one line", () => {
  assert.is(refusal({ memBwSchema: "L3:0=f" }), "/linux/intelRdt/memBwSchema");
  assert.is(refusal({ memBwSchema: "MB:0=20\nMB:1=20" }), "/linux/intelRdt/memBwSchema");
});

test("schemata comes after l3CacheSchema", () => {
  const read = made({ closID: "new", l3CacheSchema: "L3:0=f", schemata: ["L3:0=7"] });
  assert.ok(read("new/schemata")?.endsWith("L3:0=7\n"), read("new/schemata"));
});

test("without any of the three no schemata is written", () => {
  const read = made({ closID: "gold" });
  assert.is(read("gold/schemata"), "    L3:0=7f0\n");
  assert.is(made({})("box/schemata"), undefined);
});

test("without closID the class is called after the container", () => {
  assert.is(made({ l3CacheSchema: "L3:0=f" })("box/tasks"), "42");
});

test("a closID that is not there is made, where something says what it is to have", () => {
  assert.is(made({ closID: "new", l3CacheSchema: "L3:0=f" })("new/tasks"), "42");
});

test("a closID that is there has to have what is asked for", () => {
  assert.is(made({ closID: "gold", l3CacheSchema: "L3:0=7f0" })("gold/tasks"), "42");
  assert.is(refusal({ closID: "gold", l3CacheSchema: "L3:0=f" }), "/linux/intelRdt/closID");
});

test("a closID alone has to be there", () => {
  assert.is(made({ closID: "gold" })("gold/tasks"), "42");
  assert.is(refusal({ closID: "silver" }), "/linux/intelRdt/closID");
});

test("enableMonitoring makes a group that counts, with the process in it", () => {
  const read = made({ closID: "gold", enableMonitoring: true });
  assert.is(read("gold/mon_groups/box/tasks"), "42");
});

test.run();
