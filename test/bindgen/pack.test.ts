/** The packed module is the plain one, smaller: after start-up both memories are the same, byte for byte. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { compress } from "../../wasm/bindgen/lz.ts";
import { pack, strip } from "../../wasm/bindgen/pack.ts";
import { project, topic } from "../harness.ts";

const test = topic("bindgen pack");
const component_bytes_max = 150_000;

/** The format as its document says it, written without a look at runtime/cabi.ts. */
function expand(block: Uint8Array): Uint8Array {
  const out: number[] = [];
  let at = 0;
  const more = (length: number): number => {
    if (length < 15) return length;
    let byte = 255;
    while (byte === 255) {
      byte = block[at++] ?? 0;
      length += byte;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = more(token >> 4);
    out.push(...block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) break;
    const from = out.length - ((block[at] ?? 0) | ((block[at + 1] ?? 0) << 8));
    at += 2;
    const length = more(token & 15) + 4;
    for (let i = 0; i < length; i++) out.push(out[from + i] ?? 0);
  }
  return Uint8Array.from(out);
}

test("what is compressed expands to the same", () => {
  const letters = fc.uint8Array({ max: 3, maxLength: 2000 });
  const repeated = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 }))
    .map(([bytes, times]) => Uint8Array.from(new Array(times).fill([...bytes]).flat()));
  fc.assert(
    fc.property(fc.oneof(letters, repeated, fc.uint8Array({ maxLength: 400 })), (bytes) => {
      assert.equal(expand(compress(bytes)), bytes);
    }),
  );
});

test("what repeats gets small", () => {
  const bytes = new TextEncoder().encode("the value is more than the kernel takes; ".repeat(100));
  assert.ok(compress(bytes).length < bytes.length / 20);
});

const core = readFileSync(`${project}/dist/policy.core.wasm`);

function memoryOf(module: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(module);
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports;
  return new Uint8Array((memory as WebAssembly.Memory).buffer).slice();
}

test("a packed module starts with the memory of the plain one", () => {
  const packed = pack(core);
  assert.ok(packed.length < core.length);
  // The packed bytes stay in the heap until something else takes their place: compared up to where the tables end.
  const [expected, found] = [memoryOf(core), memoryOf(packed)];
  const data_end = 64 << 10;
  assert.equal(found.subarray(1024, data_end), expected.subarray(1024, data_end));
});

test("a module without custom sections stays as it is", () => {
  assert.equal(strip(core), Uint8Array.from(core));
});

test("the policy engine keeps to its size, and imports nothing", () => {
  const { length } = readFileSync(`${project}/dist/policy.wasm`);
  assert.ok(length < component_bytes_max, `${length} bytes`);
  assert.equal(WebAssembly.Module.imports(new WebAssembly.Module(Uint8Array.from(core))), []);
});
test.run();
