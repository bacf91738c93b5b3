/** Statistics: no text makes the parser trap, and no number comes from nowhere. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import type { StatsFile, StatsSample } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { readVectors } from "./vectors.ts";

const test = topic("stats");

const real = readVectors("stats").cases.map((each) => each.arguments[0] as unknown as StatsFile[]);
const names = [...new Set(real.flat().map(({ name }) => name))];

const text = fc.oneof(
  // Bytes, as a file is read.
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  fc
    .array(
      fc.constantFrom(
        ...[
          "some",
          "full",
          "avg10=0.5",
          "avg60=1e9",
          "avg300=.",
          "total=7",
          "8:0",
          "8:",
          "rbytes=1",
        ],
        ...["Read", "Total", "anon", "max", "oom_kill", "usage_usec", "-1", "99999999999999999999"],
        ...["\n", "\n", " ", "=", ":", "0", "18446744073709551615", "hca_handle=max", "é", "😀"],
      ),
      { maxLength: 40 },
    )
    .map((words) => words.join(" ").replaceAll(" \n ", "\n")),
);

const file: fc.Arbitrary<StatsFile> = fc.record({
  unified: fc.boolean(),
  name: fc.oneof(
    fc.constantFrom(...names),
    fc.string({ maxLength: 12 }).map((s) => `hugetlb.${s}`),
  ),
  content: fc.oneof(
    { weight: 4, arbitrary: text.map((val) => ({ tag: "text" as const, val })) },
    { weight: 1, arbitrary: text.map((val) => ({ tag: "missing" as const, val })) },
  ),
});

/** Paths of the members without a value, as `absent` spells them; not those of devices. */
function without(sample: StatsSample): string[] {
  const { memory, cpu, pids, pressure, absent, ...lists } = sample;
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const empty = (at: string, record: object) =>
    Object.entries(record)
      .filter(([, value]) => value === undefined)
      .map(([name]) => `${at}${kebab(name)}`);
  const stalls = Object.entries(pressure).flatMap(([name, value]) =>
    value === undefined ? [] : empty(`pressure.${name}.`, value),
  );
  const pages = (lists.hugePages ?? []).flatMap((p) => empty(`huge-pages.${p.pageSize}.`, p));
  return [
    ...[...empty("memory.", memory), ...empty("cpu.", cpu), ...empty("pids.", pids)],
    ...[...empty("pressure.", pressure), ...stalls, ...empty("", lists), ...pages],
  ];
}

test("no text makes the parser trap, and what has no value has a reason, once", () => {
  const property = fc.property(fc.array(file, { maxLength: 25 }), (files) => {
    const sample = policy().stats.parse(files);
    assert.equal(sample.absent.map(({ field }) => field).sort(), without(sample).sort());
    assert.ok(sample.absent.every(({ why }) => why !== ""));
  });
  fc.assert(property, { numRuns: 1500 });
});

test("a real text with one byte changed is still one sample", () => {
  const all = real.filter((files) => files.length > 10);
  const property = fc.property(
    fc.constantFrom(...all),
    fc.nat(),
    fc.nat(),
    fc.nat(255),
    (files, which, at, byte) => {
      const changed = files.map((each, i) => {
        if (i !== which % files.length || each.content.tag !== "text") return each;
        const bytes = Buffer.from(each.content.val, "latin1");
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return { ...each, content: { tag: "text" as const, val: bytes.toString("latin1") } };
      });
      const sample = policy().stats.parse(changed);
      assert.equal(sample.absent.map(({ field }) => field).sort(), without(sample).sort());
    },
  );
  fc.assert(property, { numRuns: 500 });
});

/** Names of members, all the way down; of a list those of its first item. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : [];
  if (value === null || typeof value !== "object") return "";
  if ("tag" in value) return "";
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shape(each)]));
}

test("real cgroups of v1 and of v2 have one shape", () => {
  const [v2, v1] = ["v2: a real cgroup", "v1: a real cgroup"].map((name) => {
    const found = readVectors("stats").cases.find((each) => each.name === name);
    const sample = policy().stats.parse(found?.arguments[0] as unknown as StatsFile[]);
    // Lists and records that only one of them counts: undefined in the other.
    const { memory, cpu, io, pids, hugePages, pressure } = sample;
    return {
      ...{ sample: Object.keys(sample), cpu: Object.keys(cpu), pressure: Object.keys(pressure) },
      ...{ memory: shape(memory), io: shape(io), pids: shape(pids), hugePages: shape(hugePages) },
    };
  });
  assert.equal(v1, v2);
  assert.ok(Object.keys(v1?.memory as object).length > 20);
});

test("the order of the files and of the lines does not matter", () => {
  for (const files of real.filter((each) => each.length > 10)) {
    const turned = files.map((each) => {
      if (each.content.tag !== "text") return each;
      const val = each.content.val.trimEnd().split("\n").reverse().join("\n");
      return { ...each, content: { tag: "text" as const, val } };
    });
    const plain = ({ absent: _, rdma, ...rest }: StatsSample) => ({
      ...rest,
      rdma: rdma?.map(({ name }) => name).sort(),
    });
    assert.equal(
      plain(policy().stats.parse([...turned].reverse())),
      plain(policy().stats.parse(files)),
    );
  }
});

test("texts far longer than the kernel's neither trap nor count", () => {
  const length = 1 << 17;
  const units = ["\n", "a ", "8:0 ", "8:1 Read 1\n", "a x\n", "1 ", "some ", "hugetlb.", "0"];
  for (const unit of units) {
    const val = unit.repeat(Math.floor(length / unit.length));
    const files = names.map((name, i) => {
      return { unified: i % 2 === 0, name, content: { tag: "text" as const, val } };
    });
    for (const name of ["io.stat", "rdma.current", "rdma.max"])
      files.push({ unified: true, name, content: { tag: "text" as const, val } });
    policy().stats.parse(files.filter(({ name }) => !name.startsWith("hugetlb")).slice(-12));
  }
  const long = { tag: "text" as const, val: "7".padStart(length + 1) };
  const { memory, absent } = policy().stats.parse([
    { unified: true, name: "memory.current", content: long },
  ]);
  assert.is(memory.usageBytes, undefined);
  assert.match(absent[0]?.why ?? "", "is longer than 131072 characters");
});

test("many devices: as many as there may be, and beyond that none but the reason", () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, i) => `8:${i} rbytes=${i} wbytes=0\n`).join("");
  const parse = (val: string) =>
    policy().stats.parse([{ unified: true, name: "io.stat", content: { tag: "text", val } }]);
  assert.is(parse(lines(1024)).io?.length, 1024);
  assert.is(parse(lines(1024)).io?.[1023]?.readBytes, 1023n);
  const more = parse(lines(1025));
  assert.is(more.io, undefined);
  assert.match(more.absent.find(({ field }) => field === "io")?.why ?? "", "more than 1024");
});

test.run();
