/** Several processes at once, each of which makes and removes containers while the others clean up. */
import { existsSync } from "node:fs";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { ContainerState, takenIds, withAllocationLock } from "../../runtime/state/container.ts";
import { reapOrphans } from "../../runtime/state/remove.ts";
import { topic } from "../harness.ts";
import { isJob, type Jobs } from "../run/account.ts";
import { peer, record, withRoot } from "./place.ts";

const test = topic("races of state");

const rounds = process.env.WRUN_TEST_FULL === "1" ? 3000 : 200;

/** As a launch does it: what others left is removed, then ids are taken that no other has. */
function claim(id: string, own: number): ContainerState {
  return withAllocationLock(() => {
    const taken = new Set(takenIds().uids.map(({ start }) => start));
    let start = 0;
    while (taken.has(start)) start++;
    const state = ContainerState.create(id);
    state.write(record(id, { uids: [{ start, size: 1 }], gids: [{ start: own, size: 1 }] }));
    return state;
  });
}

/** Its own ids of others that live at the same moment: of its uid there must be no second one. */
function isAlone(id: string): boolean {
  const own = ContainerState.peek(id)?.uids[0]?.start;
  return takenIds().uids.filter(({ start }) => start === own).length === 1;
}

const jobs: Jobs = {
  /** Each round another id. */
  async own(name) {
    for (let i = 0; i < rounds; i++) {
      await reapOrphans();
      const id = `${name}${i}`;
      const state = claim(id, process.pid);
      assert.ok(isAlone(id), `another has the ids of ${id}`);
      assert.is(state.read()?.gids[0]?.start, process.pid, "another has removed it");
      state.remove();
    }
    return "done";
  },
  /** All want the same id: one gets it, the others are told. */
  async same() {
    const got = { it: 0, taken: 0 };
    for (let i = 0; i < rounds; i++) {
      try {
        const state = claim("box", process.pid);
        assert.is(state.read()?.gids[0]?.start, process.pid, "it is another's as well");
        state.remove();
        got.it++;
      } catch (error) {
        if (!(error instanceof WrunError && error.code === "ERR_ID_TAKEN")) throw error;
        got.taken++;
      }
    }
    return got;
  },
  /** Makes orphans, and removes them, as the others do. */
  async orphans(name) {
    for (let i = 0; i < rounds / 2; i++) {
      const state = claim(`${name}${i}`, process.pid);
      state.release();
      try {
        await remove(`${name}${i}`, { force: true });
      } catch (error) {
        if (!(error instanceof WrunError && error.code === "ERR_NOT_FOUND")) throw error;
      }
      await reapOrphans();
    }
    return "done";
  },
};

async function race(...names: [job: string, input: string][]): Promise<void> {
  await withRoot(async (root) => {
    const peers = names.map(([job, input]) => peer(import.meta.url, job, input));
    for (const { line, ended } of peers) {
      assert.equal([await ended, /answer:/.test(await line)], [0, true]);
    }
    assert.not(existsSync(root), "something is left");
  });
}

test("two that make their own containers", { timeout_ms: 60_000 }, () =>
  race(["own", "a"], ["own", "b"]),
);
test("two that want the same id", { timeout_ms: 60_000 }, () => race(["same", ""], ["same", ""]));
test("one that runs and two that leave orphans", { timeout_ms: 60_000 }, () =>
  race(["own", "a"], ["orphans", "b"], ["orphans", "c"]),
);

if (!(await isJob(jobs))) test.run();
