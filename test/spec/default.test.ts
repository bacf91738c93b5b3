import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { checkSpec } from "../../runtime/spec/check/check.ts";
import type { DefaultSpecOptions } from "../../runtime/spec/default.ts";
import { defaultSpec, specText } from "../../runtime/spec/default.ts";
import { readJson } from "../../runtime/spec/json.ts";
import { runSpec } from "../../runtime/spec/run.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { bytes } from "./thrown.ts";

const test = topic("spec/default");

const reread = (spec: Spec) => checkSpec(readJson(bytes(specText(spec))));

const variants: DefaultSpecOptions[] = [
  {},
  { cgroupNamespace: true },
  { rootless: { uid: 1000, gid: 1001 } },
  { rootless: { uid: 1000, gid: 1001 }, cgroupNamespace: true },
];

for (const options of variants) {
  test(`accepts its own text again: ${JSON.stringify(options)}`, () => {
    const spec = defaultSpec(options);
    assert.equal(reread(spec), spec);
  });
}

test("maps the caller to root in the rootless spec, and shares the network", () => {
  const { linux } = defaultSpec({ rootless: { uid: 1000, gid: 1001 } });
  assert.equal(linux?.uidMappings, [{ containerID: 0, hostID: 1000, size: 1 }]);
  assert.equal(linux?.gidMappings, [{ containerID: 0, hostID: 1001, size: 1 }]);
  const types = linux?.namespaces?.map(({ type }) => type);
  assert.equal(types, ["pid", "ipc", "uts", "mount", "user"]);
});

/** What `spec` of another runtime writes in an empty directory, as text. */
function otherSpec(runtime: string, ...flags: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "wrun-spec-"));
  try {
    execFileSync(runtime, ["spec", ...flags], { cwd: directory });
    return readFileSync(join(directory, "config.json"), "utf8");
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What a container is made from; the version and the name of the runtime are not. */
/** Without runc's ambient capabilities, which none of its containers has: they would have to be inheritable too. */
function essence(spec: Spec): unknown {
  const { ociVersion: _version, hostname: _name, process, ...rest } = spec;
  const { ambient: _ambient, ...capabilities } = process?.capabilities ?? {};
  return { ...rest, process: { ...process, capabilities } };
}

for (const flags of [[], ["--rootless"]]) {
  test(`writes what runc spec ${flags} writes`, { needs: ["runc"] }, () => {
    const text = otherSpec("runc", ...flags);
    const theirs = checkSpec(readJson(bytes(text)));
    // Nothing got lost on the way: the checked spec is the document.
    assert.equal(theirs, JSON.parse(text));
    const cgroupNamespace = text.includes('"type": "cgroup"\n\t\t\t}');
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const ours = defaultSpec({
      cgroupNamespace,
      ...(flags.length > 0 && { rootless: { uid, gid } }),
    });
    assert.equal(essence(ours), essence(theirs));
  });
}

test("accepts what crun spec writes", { needs: ["crun"] }, () => {
  const text = otherSpec("crun");
  assert.equal(checkSpec(readJson(bytes(text))), JSON.parse(text));
});

test("writes RLIM_INFINITY as the number it is", () => {
  const spec = defaultSpec();
  const rlimits = [{ type: "RLIMIT_CORE", soft: -1, hard: -1 }];
  const unlimited: Spec = {
    ...spec,
    process: { cwd: "/", ...spec.process, rlimits },
    linux: { ...spec.linux, resources: { memory: { limit: -1 } } },
  };
  const text = specText(unlimited);
  assert.match(text, '"soft": 18446744073709551615');
  assert.match(text, '"limit": -1');
  assert.equal(reread(unlimited), unlimited);
});

test("writes numbers of 64 bits, and hooks, as they were read", () => {
  const args = [
    { index: 0, value: 2n ** 64n - 1n, valueTwo: 5, op: "SCMP_CMP_MASKED_EQ" as const },
  ];
  const rule = { names: ["read"], action: "SCMP_ACT_ALLOW" as const, args };
  const spec: Spec = {
    ...defaultSpec(),
    hooks: { poststop: [{ path: "/x", args: ["a"], env: ["A=1"], timeout: 3 }] },
    linux: { seccomp: { defaultAction: "SCMP_ACT_ERRNO", syscalls: [rule] } },
  };
  assert.match(specText(spec), '"value": 18446744073709551615');
  assert.equal(reread(spec), spec);
});

test("gives wrun run every namespace but user and time, and masks every side channel", () => {
  const nofile = { soft: 1024, hard: 4096 };
  const spec = runSpec({ hostname: "x", capabilities: ["CAP_KILL"], cpus: 2, tty: true, nofile });
  assert.equal(reread(spec), spec);
  const types = spec.linux?.namespaces?.map(({ type }) => type).sort();
  assert.equal(types, ["cgroup", "ipc", "mount", "network", "pid", "uts"]);
  const masked = new Set(spec.linux?.maskedPaths);
  const proc = ["acpi", "asound", "interrupts", "kcore", "keys", "latency_stats", "timer_list"];
  for (const name of [...proc, "timer_stats", "sched_debug", "scsi"])
    assert.ok(masked.has(`/proc/${name}`), name);
  const cpu = (n: number) => `/sys/devices/system/cpu/cpu${n}/thermal_throttle`;
  for (const path of ["/sys/firmware", "/sys/devices/virtual/powercap", cpu(0), cpu(1)]) {
    assert.ok(masked.has(path), path);
  }
  assert.not.ok(masked.has(cpu(2)));
  assert.equal(spec.process?.capabilities, {
    bounding: ["CAP_KILL"],
    effective: ["CAP_KILL"],
    permitted: ["CAP_KILL"],
  });
});

test.run();
