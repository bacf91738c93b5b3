/** linux.resources beyond memory, cpu and pids: read, refused, and handed to the policy engine. */
import * as assert from "uvu/assert";
import { cgroupResources } from "../../runtime/policy/request.ts";
import { checkSpec } from "../../runtime/spec/check/check.ts";
import { readJson } from "../../runtime/spec/json.ts";
import type { Resources, Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { config } from "./table-invalid.ts";
import { bytes, thrown } from "./thrown.ts";

const test = topic("spec/resources");

function check(text: string): Spec {
  return checkSpec(readJson(bytes(config({ linux: `"resources":{${text}}` }))));
}

const device = '"major":8,"minor":0';

const invalid: [text: string, pointer: string, says: RegExp][] = [
  ['"memory":{"kernel":-2}', "/memory/kernel", /not between -1/],
  ['"memory":{"kernelTCP":"1"}', "/memory/kernelTCP", /a string, not a number$/],
  ['"memory":{"swappiness":101}', "/memory/swappiness", /not between 0 and 100$/],
  ['"memory":{"disableOOMKiller":1}', "/memory/disableOOMKiller", /not true or false$/],
  ['"memory":{"useHierarchy":"x"}', "/memory/useHierarchy", /not true or false$/],
  ['"memory":{"checkBeforeUpdate":0}', "/memory/checkBeforeUpdate", /not true or false$/],
  ['"cpu":{"realtimeRuntime":1.5}', "/cpu/realtimeRuntime", /not an integer$/],
  ['"cpu":{"realtimePeriod":-1}', "/cpu/realtimePeriod", /not between 0/],
  ['"blockIO":[]', "/blockIO", /is an array, not an object$/],
  ['"blockIO":{"weight":65536}', "/blockIO/weight", /not between 0 and 65535$/],
  ['"blockIO":{"leafWeight":-1}', "/blockIO/leafWeight", /not between/],
  ['"blockIO":{"weightDevice":{}}', "/blockIO/weightDevice", /not an array$/],
  ['"blockIO":{"weightDevice":[1]}', "/blockIO/weightDevice/0", /not an object$/],
  ['"blockIO":{"weightDevice":[{"major":8}]}', "/blockIO/weightDevice/0/minor", /is missing$/],
  [
    `"blockIO":{"throttleReadBpsDevice":[{${device}}]}`,
    "/blockIO/throttleReadBpsDevice/0/rate",
    /is missing$/,
  ],
  [
    `"blockIO":{"throttleWriteIOPSDevice":[{${device},"rate":-1}]}`,
    "/blockIO/throttleWriteIOPSDevice/0/rate",
    /not between/,
  ],
  ['"hugepageLimits":[{"limit":1}]', "/hugepageLimits/0/pageSize", /is missing$/],
  ['"hugepageLimits":[{"pageSize":"2MB"}]', "/hugepageLimits/0/limit", /is missing$/],
  ['"hugepageLimits":[{"pageSize":"2M","limit":1}]', "/hugepageLimits/0/pageSize", /2MB or 1GB$/],
  ['"hugepageLimits":[{"pageSize":"02MB","limit":1}]', "/hugepageLimits/0/pageSize", /2MB or/],
  [
    '"hugepageLimits":[{"pageSize":"2MB","limit":1},{"pageSize":"2MB","limit":2}]',
    "/hugepageLimits",
    /has `2MB` twice$/,
  ],
  ['"network":{"classID":4294967296}', "/network/classID", /not between/],
  ['"network":{"priorities":[{"priority":1}]}', "/network/priorities/0/name", /is missing$/],
  ['"network":{"priorities":[{"name":"lo"}]}', "/network/priorities/0/priority", /is missing$/],
  ['"rdma":[]', "/rdma", /not an object$/],
  ['"rdma":{"a/b":1}', "/rdma/a~1b", /not an object$/],
  ['"rdma":{"a":{"hcaHandles":-1}}', "/rdma/a/hcaHandles", /not between/],
  ['"unified":{"memory.high":1}', "/unified/memory.high", /a number, not a string$/],
];

for (const [text, pointer, says] of invalid) {
  test(`refuses ${text}`, () => {
    const error = thrown(() => check(text));
    assert.is(error.code, "ERR_CONFIG_INVALID");
    assert.is(error.pointer, `/linux/resources${pointer}`);
    assert.match(error.message, says);
  });
}

const rate = { major: 8, minor: 16, rate: 5 };

const everything: Resources = {
  memory: {
    limit: 100,
    kernel: -1,
    kernelTCP: 4096,
    swappiness: 0,
    disableOOMKiller: false,
    useHierarchy: true,
    checkBeforeUpdate: true,
  },
  cpu: { realtimeRuntime: 950, realtimePeriod: 1000 },
  blockIO: {
    weight: 10,
    leafWeight: 0,
    weightDevice: [{ major: 8, minor: 0, weight: 500 }],
    throttleReadBpsDevice: [rate],
    throttleWriteBpsDevice: [],
    throttleReadIOPSDevice: [rate, { ...rate, minor: 0 }],
    throttleWriteIOPSDevice: [],
  },
  hugepageLimits: [{ pageSize: "2MB", limit: 9007199254740991 }],
  network: { classID: 1048577, priorities: [{ name: "eth0", priority: 5 }] },
  rdma: { mlx5_1: { hcaHandles: 3 }, constructor: { hcaObjects: 4 } },
  unified: { "hugetlb.1GB.max": "1073741824", "io.max": "8:0 rbps=1\n8:16 wbps=2" },
};

test("reads every member", () => {
  const text = JSON.stringify(everything);
  const read = check(text.slice(1, -1)).linux?.resources;
  // As text: a device called `constructor` is beyond what equal() takes apart.
  const sorted = (value: unknown) =>
    JSON.stringify(value)
      .split(/(?=[{,])/)
      .sort()
      .join("");
  assert.is(sorted(read), sorted(everything));
});

test("hands every member to the policy engine", () => {
  const spec: Spec = { ociVersion: "1.3.0", linux: { resources: everything } };
  const asked = cgroupResources(spec);
  const of = (minor: bigint) => ({ major: 8n, minor, rate: 5n });
  assert.is(asked.memory?.kernelTcp, 4096n);
  assert.is(asked.memory?.swappiness, 0n);
  assert.is(asked.memory?.disableOomKiller, false);
  assert.is(asked.cpu?.realtimePeriod, 1000n);
  assert.equal(asked.blockIo?.weightDevice, [{ major: 8n, minor: 0n, weight: 500 }]);
  assert.equal(asked.blockIo?.readBps, [of(16n)]);
  assert.equal(asked.blockIo?.readIops, [of(16n), of(0n)]);
  assert.equal([asked.blockIo?.writeBps, asked.blockIo?.writeIops], [[], []]);
  assert.equal(asked.hugepageLimits, [{ pageSize: "2MB", limit: 9007199254740991n }]);
  assert.equal(asked.network, { classId: 1048577, priorities: [{ name: "eth0", priority: 5 }] });
  assert.equal(asked.rdma, [
    { device: "mlx5_1", handles: 3, objects: undefined },
    { device: "constructor", handles: undefined, objects: 4 },
  ]);
  assert.equal(asked.unified?.at(1), { file: "io.max", value: "8:0 rbps=1\n8:16 wbps=2" });
});

test("asks for nothing where nothing is said", () => {
  const asked = cgroupResources({ ociVersion: "1.3.0" });
  assert.ok(Object.values(asked).every((value) => value === undefined));
});

test.run();
