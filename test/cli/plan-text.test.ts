import * as assert from "uvu/assert";
import { colorsFor } from "../../runtime/cli/color.ts";
import { capabilityNames, cgroupLines } from "../../runtime/cli/plan/decision.ts";
import { planJson, planText } from "../../runtime/cli/plan/text.ts";
import { how_default } from "../../runtime/launch/launch.ts";
import { buildProgram } from "../../runtime/launch/program.ts";
import type { Plan } from "../../runtime/plan.ts";
import { decide } from "../../runtime/policy/decide.ts";
import { policy } from "../../runtime/policy/policy.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { ordinary, workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";

const test = topic("plan text");

const given = ["CAP_CHOWN", "CAP_KILL"];
const spec: Spec = {
  ociVersion: "1.0.2",
  hostname: "web",
  root: { path: "rootfs", readonly: true },
  process: {
    cwd: "/",
    args: ["sh", "-c", "echo \x1b[31m"],
    user: { uid: 0, gid: 0 },
    capabilities: { bounding: given, effective: given, permitted: given },
  },
  linux: {
    namespaces: [{ type: "mount" }, { type: "pid" }, { type: "uts" }, { type: "user" }],
    resources: { memory: { limit: 67108864 }, pids: { limit: 20 } },
  },
};

/** The whole way from a spec, on a host that is only written down. */
function planOn({ facts }: typeof workstation): Plan {
  const decisions = decide({ spec, facts, id: "web" });
  const rootfs = { kind: "directory" as const, path: "/srv/web/rootfs" };
  const cgroups = decisions.cgroups.places.length;
  const how = how_default;
  const program = buildProgram({
    id: "web",
    spec,
    rootfs,
    decisions,
    facts,
    cgroups,
    idMaps: 0,
    copies: new Map(),
    how,
  });
  return { id: "web", spec, rootfs, facts, decisions, program, warnings: decisions.warnings };
}

const show = { colors: colorsFor(false, {}), capabilities: policy().capabilities.names() };
const text = planText(planOn(workstation), { ...show, brief: false });

test("says what runs, in which namespaces, with which limits, and why", () => {
  assert.match(text, /^container web\n/);
  assert.match(text, '["sh","-c","echo \\u001b[31m"]');
  assert.match(text, "/srv/web/rootfs, read-only");
  assert.match(text, /\n {2}pid +create +pid is listed.*\(\/linux\/namespaces\/1\)/);
  assert.match(text, /\n {2}network +share/);
  assert.match(text, "/sys/fs/cgroup/wrun/web\n");
  assert.match(text, /\n {4}memory\.max = 67108864 +.*\n?.*\(\/linux\/resources\/memory\/limit\)/);
  assert.match(text, /\n {4}pids\.max = 20/);
  assert.match(text, /\n {2}bounding, effective, permitted\n {4}chown kill\n/);
  assert.match(text, /\n {2}inheritable, ambient\n {4}none\n/);
});

test("what a new cgroup of v1 has from its parents", () => {
  const hierarchy = {
    ...{ unified: false, controllers: ["cpu"], mount: "/sys/fs/cgroup/cpu" },
    ...{ own: "/", name: "", writable: "root" as const },
  };
  const why = { rule: "", pointer: "" };
  const place = { hierarchy: 0, path: "/wrun/a", base: "/", enable: [] };
  const lines = (inheritCpuset: boolean, inheritRealtime: boolean) => {
    const places = [{ ...place, inheritCpuset, inheritRealtime }];
    return cgroupLines({ places, writes: [], why, warnings: [] }, [hierarchy], show.colors);
  };
  assert.match(lines(true, false).join("\n"), "cpuset.cpus, cpuset.mems copied from the parent");
  assert.match(lines(false, true).join("\n"), "as much more cpu.rt_runtime_us");
  assert.not.match(lines(false, false).join("\n"), /copied|above/);
});

test("id maps: both columns, and who writes them", () => {
  const own = planText(planOn(ordinary), { ...show, brief: true });
  assert.match(own, /\n {2}uid {2}0 -> 1000 /);
  assert.match(own, /\n {7}1-65535 -> 524288-589822\n/);
  assert.match(own, "written by the helper");
});

test("has every step, by the numbers of error messages", () => {
  const { steps } = planOn(workstation).program;
  const numbers = [...text.matchAll(/^ {3,8}(\d+) {2}\S/gm)].map(([, number]) => Number(number));
  assert.equal(numbers, [...steps.keys()]);
});

test("no part but text: no undefined, no object, no control character", () => {
  assert.not.match(text, /undefined|\[object|NaN/);
  assert.not.match(text, /(?!\n)\p{Cc}/u);
});

test("JSON is one object with the decisions, the steps and their data", () => {
  const json = planJson(planOn(workstation));
  assert.is(json.split("\n").length, 2);
  const plan = JSON.parse(json);
  assert.equal(Object.keys(plan), [
    "id",
    "decisions",
    "warnings",
    "spec",
    "rootfs",
    "program",
    "facts",
  ]);
  assert.is(plan.decisions.capabilities.bounding, String((1n << 0n) | (1n << 5n)));
  assert.ok(plan.program.steps.length > 50);
  assert.ok(Buffer.from(plan.program.data, "base64").includes("web"));
});

test("the same on the same host, byte for byte", () => {
  assert.is(planText(planOn(workstation), { ...show, brief: false }), text);
});

test("capabilities by name, unknown ones by number", () => {
  assert.is(capabilityNames(0b101n | (1n << 50n), ["CAP_A", "CAP_B", "CAP_C"]), "a c 50");
  assert.is(capabilityNames(0n, []), "none");
});

test.run();
