import { readdirSync } from "node:fs";
import * as assert from "uvu/assert";
import { openFds } from "../../shim/fd.ts";
import { tryCall } from "../../shim/libc.ts";

function descriptors(): string {
  return readdirSync("/proc/self/fd").sort().join(" ");
}

/** Runs a body after which the same descriptors must be open as before, by the kernel's list and by the shim's count. */
export async function kept<Result>(body: () => Result | Promise<Result>): Promise<Result> {
  // Loads koffi, which must not count.
  tryCall("getpid");
  const [before, count] = [descriptors(), openFds()];
  const result = await body();
  assert.is(descriptors(), before, "descriptors of /proc/self/fd");
  assert.is(openFds(), count, "descriptors that the shim owns");
  return result;
}

/** What a body throws; fails when it throws nothing. */
export async function thrown(body: () => unknown): Promise<Error> {
  try {
    await body();
  } catch (error) {
    assert.instance(error, Error);
    return error as Error;
  }
  throw new Error("it did not throw");
}
