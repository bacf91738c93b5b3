/** The engine keeps nothing between calls: its memory is as large after 100,000 of them as after a few. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { instantiate, type Policy } from "../../wasm/generated/host.js";
import { project, topic } from "../harness.ts";
import { readVectors, type Value } from "./vectors.ts";

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

/** Every golden case, in turn, whether it is answered or refused. */
function calls(policy: Policy): (() => void)[] {
  const topics = policy as unknown as Record<string, Functions>;
  return ["namespaces", "id-maps", "cgroups", "capabilities", "stats"].flatMap((name) => {
    const functions = topics[name === "id-maps" ? "idMaps" : name];
    return readVectors(name).cases.map((each) => () => {
      try {
        functions?.[each.function]?.(...each.arguments);
      } catch {}
    });
  });
}

test("flat over 100,000 calls", { timeout_ms: 60_000 }, () => {
  const { policy, bytes } = instance();
  const all = calls(policy);
  for (const call of all) call();
  const before = bytes();
  for (let i = 0; i < 100_000; i++) all[i % all.length]?.();
  assert.ok(before > 0);
  assert.is(bytes(), before);
  assert.ok(before <= 8 * 65536, `${before} bytes`);
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
