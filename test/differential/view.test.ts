/** One bundle under wrun, crun and runc: the container sees the same, and so does the host. */
import { existsSync } from "node:fs";
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { install } from "../install.ts";
import type { Account } from "../need.ts";
import { makeBundle, specText } from "./bundle.ts";
import { differences, refused, report } from "./compare.ts";
import { look, type Runtime, type Seen } from "./look.ts";
import { exit_code } from "./probe.ts";
import { type Allowed, allowed } from "./table-allowed.ts";
import { type Case, cases } from "./table-cases.ts";

// In the virtual machines only the cases that are marked for them.
const test = topic("differential", { vm: true });

const installed = install();
process.once("exit", installed.remove);
const { wrun } = installed;

function textOf({ from, rootless }: Case, user?: Account): string {
  if (from) return specText([from, "spec"]);
  const command = [process.execPath, wrun, "spec"];
  return rootless ? specText([...command, "--rootless"], user) : specText(command);
}

async function see(runtime: Runtime, one: Case, user?: Account): Promise<Seen> {
  const bundle = makeBundle(textOf(one, user), one.edit, user);
  try {
    const { terminal = false } = one;
    return await look(runtime, bundle.directory, { wrun, terminal, ...(user && { user }) });
  } finally {
    bundle.remove();
  }
}

const used = new Set<Allowed>();

for (const one of cases) {
  let ours: Promise<Seen> | undefined;
  for (const runtime of (["crun", "runc"] as const).filter((runtime) => runtime !== one.not)) {
    const needs = [
      "root",
      "busybox",
      runtime,
      ...(one.rootless ? (["user"] as const) : []),
    ] as const;
    test(`${one.name}: as under ${runtime}`, { needs, vm: one.vm ?? false }, async (given) => {
      const user = one.rootless && given.user;
      ours ??= see("wrun", one, user);
      const [own, other] = await Promise.all([ours, see(runtime, one, user)]);
      assert.is(own.exitCode, exit_code, own.stderr);
      const found = differences(own.view, other.view, runtime);
      const left = refused(found, allowed, { name: one.name, runtime }, used);
      if (left.length > 0) throw new Error(`wrun is not as ${runtime}:\n${report(left, runtime)}`);
    });
  }
}

/** Of those that can be seen there. */
function unused(host?: Allowed["host"]): string[] {
  return allowed.filter((entry) => entry.host === host && !used.has(entry)).map(({ why }) => why);
}

test(
  "every allowed difference is still there",
  {
    needs: ["root", "busybox", "crun", "runc", "user", "hybrid"],
    vm: false,
  },
  () => assert.equal(unused(), []),
);

test(
  "every allowed difference of cgroup v2 is still there",
  {
    needs: ["root", "busybox", "crun", "cgroup-v2"],
  },
  () => assert.equal(unused("cgroup-v2"), []),
);

test("and that of a controller misc of v1", {
  needs: ["root", "busybox", "runc", "cgroup-v1"],
}, () => {
  if (existsSync("/sys/fs/cgroup/misc")) assert.equal(unused("misc on v1"), []);
});

test.run();
