import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  ContainerState,
  exists,
  listIds,
  takenIds,
  withAllocationLock,
} from "../../runtime/state/container.ts";
import { stateRoot } from "../../runtime/state/directory.ts";
import { topic } from "../harness.ts";
import { isJob, type Jobs } from "../run/account.ts";
import { kept } from "../shim/kept.ts";
import { peer, record, refusal, withRoot } from "./place.ts";

const test = topic("state of a container");

const jobs: Jobs = {
  /** Has a container until its input ends. */
  async hold(id) {
    const state = ContainerState.create(id);
    state.write(record(id));
    process.stdout.write("held\n");
    process.stdin.resume();
    await once(process.stdin, "end");
    state.remove();
  },
  /** Writes records over and over, until it is killed. */
  async write(id) {
    const state = ContainerState.create(id);
    state.write(record(id));
    process.stdout.write("writing\n");
    for (let i = 0; ; i++) {
      const uids = Array.from({ length: 1 + (i % 500) }, () => ({ start: i, size: i }));
      state.write(record(id, { uids, bundle: "x".repeat(i % 5000) }));
    }
  },
};

test("is made, written, read and removed, and the root with the last", () =>
  withRoot((root) =>
    kept(() => {
      const one = ContainerState.create("one");
      const two = ContainerState.create("two");
      assert.equal(listIds().sort(), ["one", "two"]);
      assert.is(one.read(), null);
      one.write(record("one", { uids: [{ start: 5, size: 6 }] }));
      two.write(record("two", { gids: [{ start: 7, size: 8 }] }));
      assert.equal(ContainerState.peek("one"), record("one", { uids: [{ start: 5, size: 6 }] }));
      assert.equal(takenIds(), { uids: [{ start: 5, size: 6 }], gids: [{ start: 7, size: 8 }] });
      one.remove();
      assert.equal([exists("one"), exists("two")], [false, true]);
      two.remove();
      assert.not(existsSync(root));
      assert.equal([listIds(), takenIds()], [[], { uids: [], gids: [] }]);
    }),
  ));

test("the same id twice is refused", () =>
  withRoot(async () => {
    const state = ContainerState.create("one");
    const error = await refusal(() => ContainerState.create("one"));
    assert.is(error.code, "ERR_ID_TAKEN");
    assert.match(error.message, /`one`/);
    assert.match(error.hint ?? "", /wrun delete --force one/);
    state.remove();
  }));

test("what a living process holds is not to be had, what a dead one held is", () =>
  withRoot(async (root) => {
    const { child, line, ended } = peer(import.meta.url, "hold", "box");
    assert.is(await line, "held");
    assert.is(ContainerState.adopt("box"), null);
    assert.is(ContainerState.peek("box")?.id, "box");
    assert.is((await refusal(() => ContainerState.create("box"))).code, "ERR_ID_TAKEN");
    child.kill("SIGKILL");
    assert.is(await ended, "SIGKILL");
    const state = ContainerState.adopt("box");
    assert.is(state?.read()?.id, "box");
    assert.is(ContainerState.adopt("box"), null, "it is held by this process now");
    state?.release();
    ContainerState.adopt("box")?.remove();
    assert.not(existsSync(root));
  }));

test("a process that ends in order leaves nothing", () =>
  withRoot(async (root) => {
    const { child, line, ended } = peer(import.meta.url, "hold", "box");
    await line;
    child.stdin?.end();
    assert.is(await ended, 0);
    assert.not(existsSync(root));
  }));

test("what is not there cannot be adopted, and nothing is made by looking", () =>
  withRoot((root) =>
    kept(() => {
      assert.is(ContainerState.adopt("box"), null);
      assert.is(ContainerState.peek("box"), null);
      assert.not(existsSync(root));
      ContainerState.create("other").release();
      assert.is(ContainerState.adopt("box"), null);
      writeFileSync(join(stateRoot(), "file"), "");
      assert.is(ContainerState.adopt("file"), null);
      assert.equal(listIds(), ["other"]);
    }),
  ));

test("a reader sees whole records only, while they are written", () =>
  withRoot(async () => {
    const { child, line, ended } = peer(import.meta.url, "write", "box");
    await line;
    const seen = new Set<number>();
    try {
      // On a busy machine the writer may not get far.
      for (let i = 0; i < 2000 || (seen.size <= 10 && i < 1_000_000); i++) {
        const uids = ContainerState.peek("box")?.uids;
        assert.ok(uids, "there is one at any moment");
        for (const { start } of uids) assert.is(start, uids[0]?.start);
        seen.add(uids.length);
      }
      assert.ok(seen.size > 10, `${seen.size} different ones`);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
    assert.is(ContainerState.peek("box")?.id, "box", "whole after a kill, too");
  }));

test("a record that is no JSON counts as none", () =>
  withRoot(() => {
    const state = ContainerState.create("box");
    const file = join(state.directory, "state.json");
    for (const text of ["", "{", '{"id":"bo']) {
      writeFileSync(file, text);
      assert.is(state.read(), null);
    }
    state.remove();
  }));

test("only the owner can read the record", () =>
  withRoot(() => {
    const state = ContainerState.create("box");
    state.write(record("box"));
    assert.equal(readdirSync(state.directory), ["state.json"]);
    assert.is(statSync(state.directory).mode & 0o777, 0o700);
    assert.is(statSync(join(state.directory, "state.json")).mode & 0o777, 0o600);
    assert.equal(
      JSON.parse(readFileSync(join(state.directory, "state.json"), "utf8")),
      record("box"),
    );
    state.remove();
  }));

test("a launch that is refused while it has the allocation lock leaves no root", () =>
  withRoot((root) =>
    kept(() => {
      const fails = (): never =>
        withAllocationLock(() => {
          assert.ok(existsSync(root));
          throw new RangeError("refused");
        });
      assert.throws(fails, /refused/);
      assert.not(existsSync(root));
      const state = withAllocationLock(() => ContainerState.create("box"));
      assert.throws(fails, /refused/);
      assert.ok(exists("box"));
      state.remove();
      assert.not(existsSync(root));
    }),
  ));

if (!(await isJob(jobs))) test.run();
