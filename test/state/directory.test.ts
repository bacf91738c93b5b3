import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { existingRoot, stateRoot } from "../../runtime/state/directory.ts";
import { topic } from "../harness.ts";
import { refusal, withRoot } from "./place.ts";

const test = topic("state directory");

/** Both ways to get at it must refuse. */
async function isRefused(why: RegExp): Promise<void> {
  for (const get of [stateRoot, existingRoot]) {
    const error = await refusal(get);
    assert.equal([error.code, error.path], ["ERR_STATE_WRONG", process.env.WRUN_ROOT]);
    assert.match(error.message, why);
    assert.match(error.hint ?? "", /WRUN_ROOT/);
  }
}

test("is made when it is missing, with what is above it, for us alone", () =>
  withRoot((root) => {
    process.env.WRUN_ROOT = join(root, "deep", "down");
    assert.is(existingRoot(), null);
    assert.not(existsSync(root), "looking makes nothing");
    assert.is(stateRoot(), join(root, "deep", "down"));
    assert.is(statSync(stateRoot()).mode & 0o777, 0o700);
    assert.is(existingRoot(), stateRoot());
  }));

test("a link to a directory is refused", () =>
  withRoot(async (root) => {
    mkdirSync(`${root}-elsewhere`, { mode: 0o700 });
    symlinkSync(`${root}-elsewhere`, root);
    await isRefused(/cannot be opened/);
  }));

test("a link to nothing is refused, and nothing is made at its end", () =>
  withRoot(async (root) => {
    symlinkSync(`${root}-elsewhere`, root);
    await isRefused(/cannot be (made|opened)/);
    assert.not(existsSync(`${root}-elsewhere`));
  }));

test("a file is refused", () =>
  withRoot(async (root) => {
    writeFileSync(root, "");
    await isRefused(/cannot be (made|opened)/);
  }));

test("one that others may write to is refused", () =>
  withRoot(async (root) => {
    mkdirSync(root);
    for (const mode of [0o770, 0o720, 0o702, 0o1777]) {
      chmodSync(root, mode);
      await isRefused(/is not ours alone/);
    }
    for (const mode of [0o700, 0o755]) {
      chmodSync(root, mode);
      assert.is(existingRoot(), root);
    }
  }));

test("another user's is refused", { needs: ["root"] }, () =>
  withRoot(async (root) => {
    mkdirSync(root, { mode: 0o700 });
    chownSync(root, 12345, 0);
    await isRefused(/is not ours alone/);
  }),
);

test("one below a place that cannot be written to is refused with the reason", () =>
  withRoot(async () => {
    process.env.WRUN_ROOT = "/sys/wrun";
    const error = await refusal(stateRoot);
    assert.is(error.code, "ERR_STATE_WRONG");
    assert.match(error.because ?? "", /EACCES|EPERM|EROFS/);
    assert.is(existingRoot(), null);
  }));

test.run();
