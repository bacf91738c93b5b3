/** The class of service of a container, on a directory that looks like resctrl: no machine of CI has the real one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { enterRdt, makeRdt, removeRdt } from "../../runtime/run/rdt.ts";
import { readResctrl } from "../../shim/facts/resctrl.ts";
import { topic } from "../harness.ts";
import { planOf, resctrl } from "./resctrl.ts";

const test = topic("class of service");

test("classes are directories with schemata", () => {
  const mount = resctrl();
  const { monitoring, classes } = readResctrl(mount);
  assert.ok(monitoring);
  assert.equal(
    classes.map(({ name }) => name),
    ["/", "gold"],
  );
});

test("a class of its own is made, entered and taken away", () => {
  const mount = resctrl();
  const { plan, recorded, facts } = planOf(mount, { l3CacheSchema: "L3:0=f" });
  makeRdt(plan, facts, recorded);
  assert.is(readFileSync(join(mount, "box/schemata"), "utf8"), "L3:0=f\n");
  enterRdt(recorded, 42);
  assert.is(readFileSync(join(mount, "box/tasks"), "utf8"), "42");
  // resctrl's directories go with their files.
  for (const name of readdirSync(join(mount, "box"))) rmSync(join(mount, "box", name));
  removeRdt(recorded);
  assert.not.ok(existsSync(join(mount, "box")));
  removeRdt(recorded); // what is gone is gone
});

test("a class that was there stays, and only the group that counts goes", () => {
  const mount = resctrl();
  mkdirSync(join(mount, "gold/mon_groups"));
  const { plan, recorded, facts } = planOf(mount, { closID: "gold", enableMonitoring: true });
  makeRdt(plan, facts, recorded);
  enterRdt(recorded, 42);
  for (const tasks of ["gold/tasks", "gold/mon_groups/box/tasks"])
    assert.is(readFileSync(join(mount, tasks), "utf8"), "42");
  assert.is(readFileSync(join(mount, "gold/schemata"), "utf8"), "    L3:0=7f0\n");
  rmSync(join(mount, "gold/mon_groups/box/tasks"));
  removeRdt(recorded);
  assert.equal(readdirSync(join(mount, "gold/mon_groups")), []);
});

test("the kernel's own words, and nothing of another's is taken away", () => {
  const mount = resctrl();
  const { plan, recorded, facts } = planOf(mount, { closID: "silver", schemata: ["L3:0=5"] });
  mkdirSync(join(mount, "silver"));
  try {
    makeRdt(plan, facts, recorded);
    assert.unreachable();
  } catch (error) {
    if (!(error instanceof WrunError)) throw error;
    assert.is(error.code, "ERR_RDT");
    assert.match(error.message, "EEXIST");
    assert.is(error.because, "the kernel says: mask is not contiguous");
  }
  removeRdt(recorded);
  assert.ok(existsSync(join(mount, "silver")));
});

test.run();
