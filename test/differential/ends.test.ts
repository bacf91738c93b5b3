/** How a container ends under wrun, crun and runc, what all of them refuse, and bundles of others as they are. */
import { rmdirSync } from "node:fs";
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { install } from "../install.ts";
import { makeBundle, specText } from "./bundle.ts";
import { type How, type Runtime, run } from "./look.ts";
import { type End, ends } from "./table-ends.ts";

const test = topic("differential: ends");

const installed = install();
process.once("exit", installed.remove);
const how: How = { wrun: installed.wrun };
const spec = [process.execPath, how.wrun, "spec"];

async function end(runtime: Runtime, text: string, edit: End["edit"]): Promise<number | null> {
  const bundle = makeBundle(text, edit);
  try {
    const { exitCode, left } = await run(runtime, bundle.directory, how);
    for (const path of left) rmdirSync(path);
    // crun leaves its own when one of the limits is refused.
    if (runtime === "wrun") assert.equal(left, []);
    return exitCode;
  } finally {
    bundle.remove();
  }
}

const failures = [125, 126, 127];

for (const { name, edit, code, but } of ends) {
  test(name, { needs: ["root", "busybox", "crun", "runc"] }, async () => {
    const text = specText(spec);
    const runtimes = ["wrun", "crun", "runc"] as const;
    const [wrun, ...others] = await Promise.all(runtimes.map((one) => end(one, text, edit)));
    assert.is(wrun, code);
    const program = name === "the code of wrun's own failures" || !failures.includes(code);
    if (program) assert.equal(others, [code, code]);
    else {
      const accept = runtimes.slice(1).filter((_, i) => others[i] === 0);
      assert.equal(accept, but?.who ?? [], `ended with ${others}`);
    }
  });
}

/** The shell that is in each on a terminal, and told to go. */
for (const origin of ["wrun", "crun", "runc"] as const) {
  const needs = ["root", "busybox", ...(origin === "wrun" ? [] : [origin])] as const;
  test(`what \`${origin} spec\` writes runs unchanged`, { needs }, async () => {
    const text = specText(origin === "wrun" ? spec : [origin, "spec"]);
    const bundle = makeBundle(text);
    try {
      const on = { ...how, terminal: true };
      const { exitCode, output } = await run("wrun", bundle.directory, on, "exit 5\n");
      assert.is(exitCode, 5, output);
    } finally {
      bundle.remove();
    }
  });
}

test.run();
