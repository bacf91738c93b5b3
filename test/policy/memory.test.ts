/** The engine keeps nothing between calls: its memory is as large after a million of them as after a few. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { camel } from "../../wasm/bindgen/name.ts";
import { ComponentError, instantiate, type Policy } from "../../wasm/generated/host.js";
import { project, topic } from "../harness.ts";
import { functionNames, readVectors, type Value, vectorNames } from "./vectors.ts";

const test = topic("policy memory");

/** The host binding shows no memory, so the instance is caught while it is made. */
function instance(): { policy: Policy; bytes: () => number } {
  const scope = WebAssembly as { Instance: typeof WebAssembly.Instance };
  const { Instance } = scope;
  const made: WebAssembly.Instance[] = [];
  scope.Instance = new Proxy(Instance, {
    construct(target, given: ConstructorParameters<typeof Instance>) {
      made.push(new target(...given));
      return made[0] as WebAssembly.Instance;
    },
  });
  try {
    const core = readFileSync(`${project}/dist/policy.core.wasm`);
    const policy = instantiate(new WebAssembly.Module(Uint8Array.from(core)));
    const memory = made[0]?.exports.memory as WebAssembly.Memory;
    return { policy, bytes: () => memory.buffer.byteLength };
  } finally {
    scope.Instance = Instance;
  }
}

type Functions = Record<string, (...parameters: Value[]) => Value>;

interface Call {
  /** `idMaps.toHost` */
  name: string;
  perform: () => void;
}

/** Every golden case of every interface, in turn, whether it is answered or refused; a trap is neither. */
function calls(policy: Policy): Call[] {
  const topics = policy as unknown as Record<string, Functions>;
  return vectorNames().flatMap((name) => {
    const interfaceName = camel(name);
    return readVectors(name).cases.map(({ function: called, arguments: given }) => ({
      name: `${interfaceName}.${called}`,
      perform: () => {
        try {
          topics[interfaceName]?.[called]?.(...given);
        } catch (error) {
          if (!(error instanceof ComponentError)) throw error;
        }
      },
    }));
  });
}

/** A million take 13 s. */
const full = process.env.CI === "true" || process.env.WRUN_TEST_FULL === "1";
const count = full ? 1_000_000 : 100_000;

test(`flat over ${count} calls of all functions`, { timeout_ms: 180_000 }, () => {
  const { policy, bytes } = instance();
  const all = calls(policy);
  assert.equal([...new Set(all.map(({ name }) => name))].sort(), functionNames());
  for (const { perform } of all) perform();
  const before = bytes();
  for (let i = 0; i < count; i++) all[i % all.length]?.perform();
  assert.ok(before > 0);
  assert.is(bytes(), before);
  assert.ok(before <= 16 * 65536, `${before} bytes`);
});

test("a call that took much leaves nothing behind", () => {
  const { policy, bytes } = instance();
  const many = Array.from({ length: 340 }, (_, i) => ({
    containerId: 2 * i,
    hostId: 2 * i,
    size: 1,
  }));
  policy.idMaps.text(many);
  const before = bytes();
  for (let i = 0; i < 1000; i++) policy.idMaps.text(many);
  assert.is(bytes(), before);
  assert.is(policy.idMaps.text(many.slice(0, 2)), "0 0 1\n2 2 1\n");
});

test.run();
