import fc from "fast-check";
import * as assert from "uvu/assert";
import { parseCpus, parseDuration } from "../../runtime/options/number.ts";
import { optionNames, readOptions } from "../../runtime/options/option.ts";
import { parseSize } from "../../runtime/options/size.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { topic } from "../harness.ts";
import { thrown } from "./thrown.ts";

const test = topic("options/option");

const read: [options: RunOptions, expected: Record<string, unknown>][] = [
  [{ memory: "64m" }, { memory: 64 << 20 }],
  [{ memory: "1.5G" }, { memory: 1.5 * 2 ** 30 }],
  [{ memory: 4096 }, { memory: 4096 }],
  [{ memory: "512KiB" }, { memory: 512 << 10 }],
  [{ memory: "10kb" }, { memory: 10240 }],
  [{ memory: "100b" }, { memory: 100 }],
  [
    { memory: -1, memorySwap: "-1" },
    { memory: -1, memorySwap: -1 },
  ],
  [{ cpus: 0.5 }, { cpus: { quota: 50_000, period: 100_000 } }],
  [{ cpus: "2" }, { cpus: { quota: 200_000, period: 100_000 } }],
  [{ cpus: "0.01" }, { cpus: { quota: 1000, period: 100_000 } }],
  [
    { cpuShares: "1024", cpusetCpus: "0-2,5" },
    { cpuShares: 1024, cpusetCpus: "0-2,5" },
  ],
  [{ pidsLimit: 20 }, { pidsLimit: 20 }],
  [{ pidsLimit: "-1" }, { pidsLimit: -1 }],
  [{ user: 1000 }, { user: "1000" }],
  [{ user: "app:wheel" }, { user: "app:wheel" }],
  [{ ulimits: ["nofile=1024:2048"] }, { ulimits: [limit("NOFILE", 1024, 2048)] }],
  [{ ulimits: ["core=unlimited"] }, { ulimits: [limit("CORE", -1, -1)] }],
  [{ ulimits: ["nproc=0:-1"] }, { ulimits: [limit("NPROC", 0, -1)] }],
  [{ userns: "host" }, { userns: { kind: "host" } }],
  [{ userns: "own" }, { userns: { kind: "own" } }],
  [{ userns: "auto" }, { userns: { kind: "auto", size: 65536 } }],
  [{ userns: "auto:size=2000" }, { userns: { kind: "auto", size: 2000 } }],
  [
    { userns: "keep-id" },
    { userns: { kind: "keep", uid: undefined, gid: undefined, size: 65536 } },
  ],
  [
    { userns: "keep-id:gid=8,uid=0,size=10" },
    { userns: { kind: "keep", uid: 0, gid: 8, size: 10 } },
  ],
  [{ userns: "/proc/1/ns/user" }, { userns: { kind: "join", path: "/proc/1/ns/user" } }],
  [{ uidMap: ["0:100000:65536"] }, { uidMap: [{ containerID: 0, hostID: 100000, size: 65536 }] }],
  [{ killAfter_ms: "1.5s" }, { killAfter_ms: 1500 }],
  [{ killAfter_ms: 250 }, { killAfter_ms: 250 }],
  [{ killAfter_ms: "2m" }, { killAfter_ms: 120_000 }],
  [{ maxBuffer_bytes: "1m" }, { maxBuffer_bytes: 1 << 20 }],
  [
    { env: { A: "1", B: "" } },
    {
      env: new Map([
        ["A", "1"],
        ["B", ""],
      ]),
    },
  ],
  [
    { args: ["sh", "-c", ""], tty: false },
    { args: ["sh", "-c", ""], tty: false },
  ],
  [{ memory: undefined }, {}],
];

function limit(name: string, soft: number, hard: number) {
  return { type: `RLIMIT_${name}`, soft, hard };
}

for (const [options, expected] of read) {
  test(`reads ${JSON.stringify(options)}`, () => {
    assert.equal(readOptions(options), expected);
  });
}

/** What a caller in JavaScript, or a flag, may well say. */
const refused: [options: Record<string, unknown>, says: RegExp][] = [
  ...[
    "",
    "64x",
    "m",
    " 64m",
    "64 m",
    "1e3",
    "0x10",
    "-64m",
    "+1",
    "1.5",
    ".5g",
    "1.g",
    "0",
    "٣m",
    "9999999g",
  ].map((memory): [Record<string, unknown>, RegExp] => [{ memory }, /^`memory` is .*, not a /]),
  [{ memory: Number.NaN }, /^`memory` is `NaN`, not a size$/],
  [{ memory: 1.5 }, /not a whole number of bytes$/],
  [{ memory: [64] }, /^`memory` is `an array`, not a size$/],
  ...["0", "0.009", "-1", "1e1", "8193", "Infinity", "", "1,5"].map(
    (cpus): [Record<string, unknown>, RegExp] => [{ cpus }, /not a number of processors between/],
  ),
  [{ cpuShares: 1 }, /an integer between 2 and 262144$/],
  [{ cpuShares: "0x400" }, /an integer between/],
  [{ cpusetCpus: "3-1" }, /not a list of processors/],
  [{ pidsLimit: 0 }, /an integer between 1 and 4194304$/],
  [{ user: "4294967296" }, /^the user `4294967296` has an id above 4294967294$/],
  [{ user: -1 }, /^the user `-1` has `-1`, no id and no name$/],
  [{ user: 1.5 }, /no id and no name$/],
  [{ name: "../x" }, /^the container's id `\.\.\/x` has more than letters/],
  [{ name: ".x" }, /begins with a dot$/],
  [{ name: "a/b" }, /more than letters/],
  [{ name: "a\n" }, /more than letters/],
  [{ name: "" }, /is empty$/],
  [{ name: "a".repeat(256) }, /has more than 255 bytes$/],
  [{ hostname: "h".repeat(65) }, /has 65 bytes, and the limit is 64$/],
  [{ hostname: "" }, /not a hostname$/],
  [{ env: ["A=1"] }, /^`env` is `an array`, not an object of strings$/],
  [{ env: { "A=B": "1" } }, /^`env` is `A=B`, not the name of a variable$/],
  [{ env: { A: 1 } }, /^`env.A` is `1`, not a string$/],
  [{ env: { A: "a\0b" } }, /not a string without NUL$/],
  [{ args: "sh" }, /^`args` is `sh`, not an array$/],
  [{ args: ["a\0"] }, /without NUL$/],
  [{ workdir: "src" }, /^`workdir` is `src`, not an absolute path$/],
  [{ volumes: ["/a"] }, /not `SRC:DST\[:ro\]`$/],
  [{ volumes: ["/a:/b:z"] }, /not `SRC:DST\[:ro\]`$/],
  [{ volumes: ["/a:/b:ro:x"] }, /not `SRC:DST\[:ro\]`$/],
  [{ volumes: [":/b"] }, /the source is empty$/],
  [{ volumes: ["/a:b"] }, /^`volumes` is `b`, not an absolute path without `\.\.`$/],
  [{ volumes: ["/a:/b/../c"] }, /an absolute path without/],
  [{ volumes: ["/a:/"] }, /not a place below the root$/],
  [{ volumes: ["/a:/./"] }, /not a place below the root$/],
  [{ volumes: ["/a://proc/"] }, /a place outside `\/proc` and `\/sys`$/],
  [{ volumes: ["/a:/sys/fs/cgroup"] }, /a place outside/],
  [{ volumes: [{ source: "/a", destination: "/b", readonly: true }] }, /not `SRC:DST/],
  [{ tmpfs: ["/a:size=1m,"] }, /an option is empty$/],
  [{ tmpfs: ["a"] }, /an absolute path/],
  [{ ulimits: ["nofile"] }, /not `NAME=SOFT\[:HARD\]`$/],
  [{ ulimits: ["nofiles=1"] }, /not a known limit$/],
  [{ ulimits: ["nofile=2:1"] }, /a soft limit at or below the hard one$/],
  [{ ulimits: ["nofile=-1:1"] }, /a soft limit at or below the hard one$/],
  [{ ulimits: ["nofile=1k"] }, /not an integer between 0/],
  [{ network: "bridge" }, /^`network` is `bridge`, not one of none, host$/],
  [{ userns: "yes" }, /^`userns` is `yes`, not one of/],
  [{ userns: "keep-id:" }, /^`userns` is `keep-id:`, not one of/],
  [{ userns: "keep-id:uid=1,uid=2" }, /each once at most/],
  [{ userns: "keep-id:uid=x" }, /an integer between 0/],
  [{ userns: "keep-id:size=0" }, /an integer between 1/],
  [{ userns: "auto:size=0" }, /an integer between 1/],
  [{ uidMap: ["0:1"] }, /not `INSIDE:OUTSIDE:SIZE`$/],
  [{ gidMap: ["0:-1:1"] }, /an integer between 0 and 4294967295$/],
  [{ tty: "yes" }, /^`tty` is `yes`, not true or false$/],
  [{ stdin: "none" }, /^`stdin` is `none`, not one of inherit, pipe, ignore$/],
  [{ signal: {} }, /^`signal` is `an object`, not an AbortSignal$/],
  [{ killAfter_ms: "5" }, /not a duration$/],
  [{ killAfter_ms: -5 }, /not a duration$/],
  [{ killAfter_ms: "1000h" }, /not a duration$/],
  [{ constructor: 1 }, /^there is no option `constructor`$/],
];

for (const [options, says] of refused) {
  test(`refuses ${JSON.stringify(options).slice(0, 60)}`, () => {
    const error = thrown(() => readOptions(options as RunOptions));
    assert.ok(["ERR_USAGE", "ERR_ID_INVALID", "ERR_HOSTNAME"].includes(error.code), error.code);
    assert.match(error.message, says);
  });
}

test("names the nearest option for one that is none", () => {
  const near = { memroy: "memory", capdrop: "capDrop", readonly: "readOnly", volume: "volumes" };
  for (const [word, name] of Object.entries(near)) {
    const error = thrown(() => readOptions({ [word]: 1 } as RunOptions));
    assert.is(error.hint, `did you mean \`${name}\`?`);
  }
  assert.is(optionNames.length, new Set(optionNames).size);
});

test("reads back the sizes that it is given, in every unit", () => {
  const factor = fc.constantFrom(
    ...["", "k", "m", "g", "t"].map((unit, i) => [unit, 1024 ** i] as const),
  );
  fc.assert(
    fc.property(
      fc.nat({ max: 4000 }),
      factor,
      fc.constantFrom("", "b", "ib", "B", "iB"),
      (n, [unit, by], tail) => {
        const suffix = unit === "" && tail.toLowerCase() === "ib" ? "" : tail;
        assert.is(parseSize(`${n}${unit}${suffix}`, "x"), n * by);
        assert.is(parseSize(n * by, "x"), n * by);
      },
    ),
  );
});

test("keeps every hundredth of a processor exact", () => {
  for (let n = 1; n <= 6400; n++) assert.is(parseCpus(n / 100, "x").quota, n * 1000);
});

test("reads back durations", () => {
  fc.assert(
    fc.property(fc.nat({ max: 500 }), (n) => {
      assert.is(parseDuration(`${n}s`, "x"), parseDuration(n * 1000, "x"));
      assert.is(parseDuration(`${n}m`, "x"), n * 60_000);
    }),
  );
});

test.run();
