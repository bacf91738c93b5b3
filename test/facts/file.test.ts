import fc from "fast-check";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { factsText, parseFacts } from "../../runtime/facts/file.ts";
import { plan } from "../../runtime/plan.ts";
import { probe } from "../../shim/facts/probe.ts";
import { docker, old, ordinary, workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";

const test = topic("facts file");

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const read = (text: string) => parseFacts(Buffer.from(text), "host.json");
const document = () => JSON.parse(factsText(ordinary.facts)) as { [name: string]: Json };

function failure(text: string): WrunError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof WrunError) return error;
    throw error;
  }
  throw new Error("the facts were taken");
}

test("what is written is read again, for this host too", { vm: true }, () => {
  for (const facts of [probe(), ...[workstation, ordinary, docker, old].map((h) => h.facts)])
    assert.equal(read(factsText(facts)), facts);
});

test("sets of bits are hexadecimal strings, and the form has a version", () => {
  const { wrunFacts, facts } = JSON.parse(factsText(docker.facts));
  assert.is(wrunFacts, 1);
  assert.is(facts.user.bounding, "0xa80425fb");
});

/** Every place in a value that is a property, as the way to it. */
function places(value: Json, way: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  return entries.flatMap(([name, each]) => [[...way, name], ...places(each, [...way, name])]);
}

/** The container of a place, and the last part of the way. */
function lookUp(root: Json, way: string[]): [{ [name: string]: Json }, string] {
  const parents = way.slice(0, -1);
  const parent = parents.reduce<Json>(
    (at, name) => (at as { [name: string]: Json })[name] as Json,
    root,
  );
  return [parent as { [name: string]: Json }, way.at(-1) as string];
}

const pointer = (way: string[]) => way.map((part) => `/${part}`).join("");

test("a property that is missing is told, each with its pointer", () => {
  const all = places(document().facts as Json, ["facts"]).filter(
    (way) => !/^\d+$/.test(way.at(-1) ?? "") && way[1] !== "rlimits",
  );
  assert.ok(all.length > 60, `${all.length} places`);
  for (const way of all) {
    const changed = document();
    const [parent, name] = lookUp(changed, way);
    delete parent[name];
    const { code, message, pointer: at, document: file } = failure(JSON.stringify(changed));
    assert.equal([code, at, file], ["ERR_FACTS", pointer(way), "host.json"]);
    assert.match(message, "is missing");
  }
});

test("a property of a wrong type is told, each with its pointer", () => {
  const all = places(document().facts as Json, ["facts"]);
  for (const way of all) {
    const changed = document();
    const [parent, name] = lookUp(changed, way);
    parent[name] = typeof parent[name] === "boolean" ? 1 : true;
    assert.is(failure(JSON.stringify(changed)).pointer, pointer(way));
  }
});

test("a property that is not known is ignored", () => {
  const changed = document();
  const facts = changed.facts as { [name: string]: Json };
  assert.equal(read(JSON.stringify({ ...changed, note: 1, facts: { ...facts, more: [1] } })), {
    ...ordinary.facts,
  });
});

const change = (way: string, value: Json): string => {
  const changed = document();
  const [parent, name] = lookUp(changed, way.split("/").slice(1));
  parent[name] = value;
  return JSON.stringify(changed);
};

const wrong: [name: string, text: string, at: string, message: string][] = [
  ["no JSON", "kernel: 6", "", "`host.json` has `k` at 1:1"],
  ["cut off", factsText(workstation.facts).slice(0, 200), "", "host.json"],
  ["a list", "[]", "", "not an object"],
  ["empty", "{}", "/wrunFacts", "`wrunFacts` is missing"],
  ["of a later form", change("/wrunFacts", 2), "/wrunFacts", "another version than 1"],
  ["without facts", '{"wrunFacts":1}', "/facts", "`facts` is missing"],
  ["facts as text", '{"wrunFacts":1,"facts":"x"}', "/facts", "a string, not an object"],
  ["twice the same", '{"wrunFacts":1,"wrunFacts":1}', "/wrunFacts", "twice"],
  ["a mask of decimals", change("/facts/user/effective", "123"), "/facts/user/effective", "0x"],
  ["65 bits", change("/facts/user/bounding", `0x1${"0".repeat(16)}`), "/facts/user/bounding", "0x"],
  ["(uid_t) -1", change("/facts/user/uid", 4294967295), "/facts/user/uid", "not between"],
  ["no processor", change("/facts/cpus", 0), "/facts/cpus", "not between"],
  ["riscv64", change("/facts/arch", "riscv64"), "/facts/arch", "not one of x64, arm64"],
  ["half a byte", change("/facts/memory_bytes", 0.5), "/facts/memory_bytes", "not an integer"],
  [
    "a relative mount",
    change("/facts/cgroup/hierarchies/0/mount", "sys"),
    "/facts/cgroup/hierarchies/0/mount",
    "not an absolute path",
  ],
];

for (const [name, text, at, message] of wrong)
  test(`refuses ${name}`, () => {
    const error = failure(text);
    if (name !== "cut off") assert.is(error.pointer, at);
    assert.is(error.code, "ERR_FACTS");
    assert.match(error.message, message);
  });

test("bytes of any kind are facts or an error, and nothing else", () => {
  const text = factsText(ordinary.facts);
  const property = fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, by) => {
    try {
      read(text.slice(0, at) + by + text.slice(at + by.length));
    } catch (error) {
      assert.instance(error, WrunError);
      assert.is((error as WrunError).code, "ERR_FACTS");
    }
  });
  fc.assert(property, { numRuns: 500 });
});

const options = { name: "web", memory: "64m", pidsLimit: 20, args: ["sh"] };

test("a plan by facts of this host is the plan on this host", () => {
  // Limits are not for everybody who runs the tests.
  const unlimited = { name: options.name, args: options.args };
  const here = plan(unlimited);
  const there = plan(unlimited, { facts: read(factsText(probe())) });
  assert.equal(there.decisions.cgroups, here.decisions.cgroups);
  assert.equal(there.program, here.program);
});

test("a plan by facts of another host has its cgroups, its ids and its root", () => {
  const { decisions, program } = plan(options, { facts: ordinary.facts });
  const [place] = decisions.cgroups.places;
  assert.is(place?.path.startsWith("/user.slice/user-1000.slice/"), true);
  assert.ok(decisions.cgroups.writes.some(({ file }) => file === "memory.max"));
  assert.is(decisions.uidMap?.writer, "helper");
  assert.is(decisions.uidMap?.map[0]?.hostId, 1000);
  assert.ok(Buffer.from(program.data).includes("/usr"));
});

test("a plan for another architecture differs in the numbers of that architecture", () => {
  const x64 = plan(options, { facts: workstation.facts });
  const arm64 = plan(options, { facts: { ...workstation.facts, arch: "arm64" } });
  // The filter of system calls is by number, too.
  assert.equal({ ...arm64.decisions, seccomp: null }, { ...x64.decisions, seccomp: null });
  assert.not.equal(arm64.program.data, x64.program.data);
});

test("a kernel that is too old is refused, wherever it is", () => {
  assert.throws(
    () => plan(options, { facts: old.facts }),
    (error: WrunError) => error.code === "ERR_KERNEL_TOO_OLD",
  );
});

test("users of another host are numbers: its names are not at hand", () => {
  const { spec } = plan({ ...options, user: "7:8" }, { facts: workstation.facts });
  assert.equal([spec.process?.user?.uid, spec.process?.user?.gid], [7, 8]);
  assert.ok(spec.process?.env?.includes("HOME=/"));
  assert.throws(
    () => plan({ ...options, user: "root" }, { facts: workstation.facts }),
    (error: WrunError) => error.code === "ERR_USER_NOT_FOUND",
  );
});

test.run();
