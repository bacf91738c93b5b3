/** Maps over maps: cutting, composing and gathering, against plain models that go id by id. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import {
  ComponentError,
  type IdMapsExtent,
  type IdMapsMapping,
} from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { idMapsFacts, mappings } from "./arbitrary.ts";

const test = topic("nested ids");
const id_end = 2 ** 32 - 1;

/** Valid maps of few ids: blocks in random places of both columns, some of which meet. */
const map: fc.Arbitrary<IdMapsMapping[]> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
    gaps: fc.array(fc.nat(3), { minLength: 10, maxLength: 10 }),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
  })
  .map(({ sizes, gaps, order }) => {
    const starts = (indices: number[], from: number) => {
      let at = 0;
      const found: number[] = [];
      for (const i of indices) {
        at += gaps[from + i] ?? 0;
        found[i] = at;
        at += sizes[i] ?? 0;
      }
      return found;
    };
    const inside = starts([0, 1, 2, 3, 4], 0);
    const outside = starts(order, 5);
    return sizes.map((size, i) => ({
      containerId: inside[i] ?? 0,
      hostId: outside[i] ?? 0,
      size,
    }));
  });

const ids = Array.from({ length: 60 }, (_, i) => i);

/** What each id becomes, undefined for those that are not mapped. */
function effect(lines: IdMapsMapping[]): (number | undefined)[] {
  return ids.map((id) => {
    const line = lines.find((l) => id >= l.containerId && id < l.containerId + l.size);
    return line && line.hostId + id - line.containerId;
  });
}

function answer<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ComponentError) return undefined;
    throw error;
  }
}

test("compose: each id goes through the inner map and then the outer one", () => {
  const property = fc.property(map, map, (inner, outer) => {
    const composed = policy().idMaps.compose(inner, outer);
    const through = effect(inner).map((id) => (id === undefined ? undefined : effect(outer)[id]));
    assert.equal(effect(composed), through);
    if (composed.length > 0) assert.equal(policy().idMaps.validate(composed, 4096, ""), []);
  });
  fc.assert(property, { numRuns: 500 });
});

test("compose is associative, the whole range is its unit, and it has one normal form", () => {
  const whole = [{ containerId: 0, hostId: 0, size: id_end }];
  const property = fc.property(map, map, map, (a, b, c) => {
    const { compose } = policy().idMaps;
    assert.equal(compose(compose(a, b), c), compose(a, compose(b, c)));
    const normal = compose(a, whole);
    assert.equal(compose(whole, a), normal);
    assert.equal(effect(normal), effect(a));
  });
  fc.assert(property, { numRuns: 500 });
});

test("a map composed with its inverse is the identity on what it maps", () => {
  const property = fc.property(map, (lines) => {
    const { compose, inverse, toContainer, toHost } = policy().idMaps;
    assert.equal(inverse(inverse(lines)), lines);
    for (const [id, back] of effect(compose(lines, inverse(lines))).entries()) {
      assert.is(back, toHost(id, lines) === undefined ? undefined : id);
      assert.is(toContainer(id, lines), toHost(id, inverse(lines)));
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test("split has the same effect, each piece in one line of the parent, and no piece too many", () => {
  let cuts = 0;
  const property = fc.property(map, map, (lines, parent) => {
    fc.pre(lines.length > 0);
    const pieces = answer(() => policy().idMaps.split(lines, parent, ""));
    const hosts = effect(lines).filter((id) => id !== undefined);
    const mapped = hosts.every((id) => effect(parent)[id] !== undefined);
    assert.is(pieces !== undefined, mapped);
    if (pieces === undefined) return;
    assert.equal(effect(pieces), effect(lines));
    const around = (id: number) =>
      parent.findIndex((p) => id >= p.containerId && id < p.containerId + p.size);
    for (const { hostId, size } of pieces) assert.is(around(hostId), around(hostId + size - 1));
    // A line crosses a border for each line of the parent beyond its first.
    const needed = lines.map(
      ({ hostId, size }) => new Set(ids.slice(hostId, hostId + size).map(around)).size,
    );
    assert.is(
      pieces.length,
      needed.reduce((sum, n) => sum + n, 0),
    );
    if (pieces.length > lines.length) cuts++;
    assert.equal(policy().idMaps.split(pieces, parent, ""), pieces);
  });
  fc.assert(property, { numRuns: 2000 });
  assert.ok(cuts > 20, `${cuts} were cut`);
});

test("what does not fit in 340 lines after the cut is refused", () => {
  const parent = Array.from({ length: 340 }, (_, i) => ({
    containerId: 10 * i,
    hostId: 1000 + 20 * i,
    size: 10,
  }));
  const wide = [{ containerId: 0, hostId: 5, size: 3390 }];
  assert.is(policy().idMaps.split(wide, parent, "").length, 340);
  const two = [
    { containerId: 0, hostId: 0, size: 5 },
    { containerId: 5, hostId: 5, size: 3390 },
  ];
  assert.throws(
    () => policy().idMaps.split(two, parent, ""),
    (error: ComponentError) => JSON.stringify(error.payload).includes("too-many"),
  );
});

const extent = fc.record({ start: fc.nat(60), size: fc.nat(15) });
const listed = ({ start, size }: IdMapsExtent) => Array.from({ length: size }, (_, i) => start + i);

test("gather gives as many ids as asked for, each free and once, or says that there are fewer", () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 30 }),
    fc.array(extent, { maxLength: 4 }),
    fc.array(extent, { maxLength: 4 }),
    (size, pools, taken) => {
      const used = new Set(taken.flatMap(listed));
      const free = new Set(pools.flatMap(listed).filter((id) => !used.has(id)));
      const pieces = answer(() => policy().idMaps.gather(size, pools, taken));
      assert.is(pieces !== undefined, free.size >= size);
      const found = pieces?.flatMap(listed) ?? [];
      if (pieces !== undefined) assert.is(found.length, size);
      assert.is(new Set(found).size, found.length);
      assert.ok(found.every((id) => free.has(id)));
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test("keep-id keeps the own id, and maps no id that is not the user's", () => {
  let full = 0;
  const own = fc.record({ euid: fc.integer({ min: 1, max: 3000 }), egid: fc.nat(3000) });
  const property = fc.property(own, fc.array(extent), fc.nat(100), (user, subuids, size) => {
    const parentUids = [{ containerId: 0, hostId: 0, size: id_end }];
    const host = {
      ...{ pageSize: 4096, privileged: false, newuidmap: true, newgidmap: true },
      ...{ ...user, subuids, subgids: subuids, parentUids, parentGids: parentUids },
    };
    const plan = answer(() => policy().idMaps.keep("uid", undefined, size, host));
    if (!plan) return;
    assert.is(policy().idMaps.toHost(user.euid, plan.map), user.euid);
    const granted = new Set(subuids.flatMap(listed));
    const count = plan.map.reduce((sum, line) => sum + line.size, 0);
    assert.ok(count <= Math.max(size, 1));
    for (const { hostId, size } of plan.map)
      assert.ok(
        hostId === user.euid || listed({ start: hostId, size }).every((i) => granted.has(i)),
      );
    if (count > 1) full++;
  });
  fc.assert(property, { numRuns: 1000 });
  assert.ok(full > 50, `${full} maps of more than one id`);
});

test("no input makes the engine trap", () => {
  const property = fc.property(
    mappings,
    mappings,
    idMapsFacts,
    fc.boolean(),
    fc.option(fc.nat(), { nil: undefined }),
    (a, b, host, asked, inside) => {
      const { compose, explicit, inverse, keep, mount, split } = policy().idMaps;
      const request = { uids: a, gids: b, containerUids: b, containerGids: a, asked };
      answer(() => compose(a, b));
      answer(() => split(a, b, "/x"));
      answer(() => explicit("gid", a, host, "/x"));
      answer(() => keep("uid", inside, 65536, host));
      answer(() => mount({ ...request, recursive: asked }, host, "/mounts/0"));
      assert.is(inverse(a).length, a.length);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test.run();
