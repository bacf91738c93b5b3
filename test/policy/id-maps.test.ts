import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import type { IdMapsExtent, IdMapsMapping } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";

const test = topic("id maps");
const id_end = 2 ** 32 - 1;

/** Lines whose ids are few, so that they meet, with some at the end of the ids. */
const start = fc.oneof(fc.nat(40), fc.integer({ min: id_end - 20, max: id_end }));
const line = fc.record({ containerId: start, hostId: start, size: fc.nat(15) });
const extent = fc.record({ start: fc.nat(60), size: fc.nat(20) });

/** The rules of map_write() once more, as slowly and plainly as can be. */
function isValid(map: IdMapsMapping[]): boolean {
  const ends = map.every(
    ({ containerId, hostId, size }) =>
      size > 0 && containerId + size <= id_end && hostId + size <= id_end,
  );
  const apart = (a: number, b: number, aSize: number, bSize: number) =>
    a + aSize <= b || b + bSize <= a;
  const disjoint = map.every((a, i) =>
    map
      .slice(i + 1)
      .every(
        (b) =>
          apart(a.containerId, b.containerId, a.size, b.size) &&
          apart(a.hostId, b.hostId, a.size, b.size),
      ),
  );
  return map.length > 0 && ends && disjoint;
}

test("validate agrees with a plain model of the kernel", () => {
  let valid = 0;
  const property = fc.property(fc.array(line, { maxLength: 4 }), (map) => {
    const problems = policy().idMaps.validate(map, 4096, "/linux/uidMappings");
    if (isValid(map)) valid++;
    assert.is(problems.length === 0, isValid(map));
    assert.ok(problems.every(({ pointer }) => pointer.startsWith("/linux/uidMappings")));
  });
  fc.assert(property, { numRuns: 1500 });
  assert.ok(valid > 50, `${valid} valid maps`);
});

test("to the host and back is the same id, and the other way round", () => {
  const property = fc.property(fc.array(line, { maxLength: 4 }), start, (map, id) => {
    fc.pre(isValid(map));
    const { toContainer, toHost } = policy().idMaps;
    const host = toHost(id, map);
    const container = toContainer(id, map);
    if (host !== undefined) assert.is(toContainer(host, map), id);
    if (container !== undefined) assert.is(toHost(container, map), id);
    const inside = map.some((m) => id >= m.containerId && id < m.containerId + m.size);
    assert.is(host !== undefined, inside);
  });
  fc.assert(property, { numRuns: 1000 });
});

function ids({ start, size }: IdMapsExtent): number[] {
  return Array.from({ length: size }, (_, i) => start + i);
}

/** Every place is tried. */
function lowest(size: number, pool: IdMapsExtent[], taken: IdMapsExtent[]): number | undefined {
  const used = new Set(taken.flatMap(ids));
  const fits = (start: number) =>
    pool.some((p) => start >= p.start && start + size <= p.start + p.size) &&
    ids({ start, size }).every((id) => !used.has(id));
  return Array.from({ length: 100 }, (_, i) => i).find(fits);
}

test("cut takes the lowest place there is, and nothing that is taken", () => {
  let [cut, none] = [0, 0];
  const extents = fc.array(extent, { maxLength: 5 });
  const property = fc.property(
    fc.integer({ min: 1, max: 12 }),
    extents,
    extents,
    (size, pool, taken) => {
      const start = lowest(size, pool, taken);
      if (start === undefined) {
        none++;
        assert.throws(() => policy().idMaps.cut(size, pool, taken));
      } else {
        cut++;
        assert.equal(policy().idMaps.cut(size, pool, taken), { start, size });
      }
    },
  );
  fc.assert(property, { numRuns: 1000 });
  assert.ok(cut > 50 && none > 50, `${cut} cut, ${none} not`);
});

test("a pool is cut to the last id without an overlap", () => {
  const taken: IdMapsExtent[] = [];
  for (let i = 0; i < 50; i++)
    taken.push(policy().idMaps.cut(2000, [{ start: 10000, size: 100000 }], taken));
  assert.equal(new Set(taken.flatMap(ids)).size, 100000);
  assert.equal(taken.slice(0, 2), [
    { start: 10000, size: 2000 },
    { start: 12000, size: 2000 },
  ]);
  assert.throws(() => policy().idMaps.cut(1, [{ start: 10000, size: 100000 }], taken));
});

/** `count` lines of one id each, two apart so that none could be joined. */
function lines(count: number, from: number): IdMapsMapping[] {
  return Array.from({ length: count }, (_, i) => ({
    containerId: from + 2 * i,
    hostId: from + 2 * i,
    size: 1,
  }));
}

test("the kernel's limits: 340 lines, and less than a page of text", () => {
  const codes = (map: IdMapsMapping[], page = 4096) =>
    policy()
      .idMaps.validate(map, page, "")
      .map(({ code }) => code);
  assert.equal(codes(lines(340, 0)), []);
  assert.equal(codes(lines(341, 0)), ["too-many"]);
  // 24 bytes each: 170 lines are 4080 bytes, 171 are 4104, and a page of 16 KiB (arm64) takes both.
  assert.is(policy().idMaps.text(lines(170, 4e9)).length, 4080);
  assert.equal(codes(lines(170, 4e9)), []);
  assert.equal(codes(lines(171, 4e9)), ["too-many"]);
  assert.equal(codes(lines(171, 4e9), 16384), []);
});

test.run();
