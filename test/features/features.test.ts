/** What `wrun features` says is what the reader of config.json takes, and at least what runc says. */
import { execFileSync } from "node:child_process";
import * as assert from "uvu/assert";
import { features } from "../../runtime/features.ts";
import { checkSpec } from "../../runtime/spec/check/check.ts";
import { readJson } from "../../runtime/spec/json.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";

const test = topic("features");

function check(more: object): Spec {
  const base = {
    ociVersion: "1.2.0",
    root: { path: "rootfs" },
    process: { args: ["sh"], cwd: "/" },
  };
  return checkSpec(readJson(Buffer.from(JSON.stringify({ ...base, ...more }))));
}

const { mountOptions, hooks, linux, ociVersionMax } = features();

test("each is read", () => {
  const mounts = mountOptions
    .filter((option) => option !== "idmap" && option !== "ridmap")
    .map((option) => ({ destination: "/x", type: "tmpfs", source: "/y", options: [option] }));
  assert.is(check({ mounts }).mounts?.length, mounts.length);
  const bind = { destination: "/x", source: "/y", options: ["bind", "idmap"] };
  check({ mounts: [bind, { ...bind, options: ["rbind", "ridmap"] }] });
  check({ hooks: Object.fromEntries(hooks.map((kind) => [kind, [{ path: "/x" }]])) });
  check({ linux: { namespaces: linux.namespaces.map((type) => ({ type })) } });
  const { actions, operators, archs, knownFlags } = linux.seccomp;
  const args = operators.map((op) => ({ index: 0, value: 1, op }));
  const syscalls = actions.map((action) => ({ names: ["mkdir"], action, args }));
  const seccomp = {
    ...{ defaultAction: "SCMP_ACT_ALLOW", architectures: archs, flags: knownFlags, syscalls },
    listenerPath: "/x",
  };
  check({ linux: { seccomp } });
  for (const mode of linux.memoryPolicy.modes)
    check({ linux: { memoryPolicy: { mode, flags: linux.memoryPolicy.flags } } });
  check({ ociVersion: ociVersionMax });
});

/** Not in the specification's table: the file system gets them as they are, as under mount(8). */
const own_of_runc = ["acl", "noacl"];

test("all that runc names", { needs: ["runc"] }, () => {
  const theirs = JSON.parse(execFileSync("runc", ["features"]).toString());
  const missing = (ours: readonly string[], others: string[]) =>
    others.filter((each) => !ours.includes(each) && !own_of_runc.includes(each));
  assert.equal(missing(mountOptions, theirs.mountOptions), []);
  assert.equal(missing(hooks, theirs.hooks), []);
  assert.equal(missing(linux.namespaces, theirs.linux.namespaces), []);
  assert.equal(missing(linux.capabilities, theirs.linux.capabilities), []);
  assert.equal(missing(linux.seccomp.actions, theirs.linux.seccomp.actions), []);
  assert.equal(missing(linux.seccomp.operators, theirs.linux.seccomp.operators), []);
});

test.run();
