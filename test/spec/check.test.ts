import fc from "fast-check";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { checkSpec } from "../../runtime/spec/check/check.ts";
import { unsupported } from "../../runtime/spec/check/table-unsupported.ts";
import { defaultSpec } from "../../runtime/spec/default.ts";
import { readJson } from "../../runtime/spec/json.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { config, invalid, limits, mount, process, rootPath } from "./table-invalid.ts";
import { bytes, thrown } from "./thrown.ts";

const test = topic("spec/check");

const check = (text: string): Spec => checkSpec(readJson(bytes(text)));

for (const [name, text, pointer, says] of invalid) {
  test(`refuses ${name} at ${pointer}`, () => {
    const error = thrown(() => check(text));
    assert.is(error.code, "ERR_CONFIG_INVALID");
    assert.is(error.pointer, pointer);
    assert.match(error.message, says);
    assert.type(error.because, "undefined");
  });
}

/** A document with one value, at a pointer of the table of what is not supported. */
function documentWith(pointer: string): string {
  const value = pointer
    .split("/")
    .slice(1)
    .reduceRight<unknown>(
      (inner, part) => {
        if (part === "*") return [inner];
        // A mount must be right but for what is asked.
        const proper = part === "mounts" && Array.isArray(inner);
        const list = proper
          ? inner.map((m) => ({ destination: "/a", type: "tmpfs", ...m }))
          : inner;
        return { [part]: list };
      },
      [1],
    ) as Record<string, Record<string, unknown>>;
  const process = { args: ["sh"], cwd: "/", ...value.process };
  return JSON.stringify({ ociVersion: "1.3.0", root: { path: "r" }, ...value, process });
}

for (const [pattern, what] of unsupported) {
  test(`refuses ${pattern} as not supported yet, and lets an empty one pass`, () => {
    const error = thrown(() => check(documentWith(pattern)));
    const pointer = pattern.replace("*", "0");
    assert.is(error.code, "ERR_CONFIG_UNSUPPORTED");
    assert.is(error.pointer, pointer);
    assert.is(error.message, `\`${pointer}\` asks for ${what}, which wrun does not support yet`);
    for (const empty of ["{}", "[]", '""', "false", '{"a":[]}'])
      check(documentWith(pattern).replace("[1]", empty));
  });
}

for (const option of ["idmap", "ridmap"]) {
  test(`refuses the mount option ${option} as not supported yet`, () => {
    const text = mount(`"destination":"/a","type":"tmpfs","options":["ro","${option}"]`);
    const error = thrown(() => check(text));
    assert.is(error.code, "ERR_CONFIG_UNSUPPORTED");
    assert.is(error.pointer, "/mounts/0/options/1");
  });
}

for (const part of ["hostname", "domainname"]) {
  test(`says how long a ${part} of 65 bytes is`, () => {
    const error = thrown(() => check(config({ top: `"${part}":"${"ü".repeat(32)}x"` })));
    assert.is(error.code, "ERR_HOSTNAME");
    assert.is(error.pointer, `/${part}`);
    assert.match(error.message, / has 65 bytes, and the limit is 64$/);
    const fits = check(config({ top: `"${part}":"${"ü".repeat(32)}"` }));
    assert.is(Buffer.byteLength(fits[part as "hostname"] ?? ""), 64);
  });
}

test("tells all problems at once, what can never be right first", () => {
  const text = `{"root":{"path":1},"vm":{"hypervisor":{"path":"x"}},"process":{"args":[],"cwd":"x"}}`;
  const error = thrown(() => check(text));
  assert.is(error.code, "ERR_CONFIG_INVALID");
  assert.is(error.message, "`ociVersion` is missing");
  const rest = [rootPath, "/process/args", "/process/cwd", "/vm"];
  assert.equal(
    [...(error.because ?? "").matchAll(/\((\/[a-z/]+)\)/g)].map((m) => m[1]),
    rest,
  );
});

test("tells no more problems than a reader takes in", () => {
  const error = thrown(() => check(process(`"env":[${'"x",'.repeat(99)}"y"]`)));
  assert.match(error.because ?? "", /; and 89 more$/);
});

test("ignores properties that the specification does not have", () => {
  const text = config({
    ...{ top: '"x-vendor":{"a":[1]}', process: '"commandLine":"x","x":1' },
    ...{ linux: '"x":1,"resources":{"x":{}}', mounts: '{"destination":"/p","type":"proc","x":1}' },
  });
  const spec = check(text);
  assert.not.match(JSON.stringify(spec), /"x|commandLine/);
});

test("gives annotations no meaning, and keeps them whatever their names", () => {
  const annotations = { "run.oci.systemd.subgroup": "x", constructor: "y", "": undefined };
  const spec = check(config({ top: `"annotations":${JSON.stringify(annotations)}` }));
  assert.equal({ ...spec.annotations }, { "run.oci.systemd.subgroup": "x", constructor: "y" });
  assert.equal(
    { ...spec, annotations: undefined },
    { ...check(config({})), annotations: undefined },
  );
});

test("reads RLIM_INFINITY as -1", () => {
  const spec = check(limits('"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615'));
  assert.equal(spec.process?.rlimits, [{ type: "RLIMIT_CORE", soft: 0, hard: -1 }]);
});

test("reads everything it knows", () => {
  const spec: Spec = {
    ociVersion: "1.3.0-rc.1+x",
    root: { path: "/r", readonly: true },
    mounts: [
      { destination: "/b", source: "/s", options: ["rbind", "ro"] },
      { destination: "/b", options: ["remount", "ro"] },
      { destination: "/b", options: ["rslave"] },
    ],
    process: {
      terminal: false,
      consoleSize: { height: 25, width: 80 },
      user: { uid: 4294967294, gid: 1, umask: 0o77, additionalGids: [5] },
      args: ["sh", ""],
      env: ["A=", "B=a=b\nc"],
      cwd: "/",
      capabilities: { bounding: ["CAP_KILL", "CAP_UNKNOWN"], ambient: [] },
      noNewPrivileges: true,
      oomScoreAdj: -1000,
    },
    hostname: "",
    domainname: "example",
    linux: {
      namespaces: [{ type: "time" }, { type: "network", path: "/proc/1/ns/net" }],
      uidMappings: [{ containerID: 0, hostID: 0, size: 4294967295 }],
      gidMappings: [],
      timeOffsets: { monotonic: { secs: -5, nanosecs: 999999999 }, boottime: {} },
      cgroupsPath: "a:b..c",
      resources: {
        memory: { limit: -1, reservation: 1, swap: 9007199254740991 },
        cpu: {
          shares: 1024,
          quota: -1,
          period: 100000,
          burst: 0,
          idle: 1,
          cpus: "0-2,7",
          mems: "",
        },
        pids: { limit: 0 },
        devices: [{ allow: false }, { allow: true, type: "c", major: -1, minor: 3, access: "rwm" }],
      },
      rootfsPropagation: "slave",
      maskedPaths: ["/proc/kcore"],
      readonlyPaths: [],
      sysctl: {
        "net.ipv4.ip_local_port_range": "1024\t65000",
        "net/ipv4/conf/eth0.1/forwarding": "1",
      },
      devices: [
        { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 },
      ],
    },
  };
  const text = JSON.stringify(spec)
    .replace('"slave"', '"rslave"')
    .replace('"fileMode":438', '"fileMode":8630');
  assert.equal(check(text), spec);
});

/** Puts a value in place of one of the nodes of a document, in place. */
function replaceNode(node: unknown, countdown: { left: number }, value: unknown): unknown {
  if (countdown.left-- === 0) return value;
  if (node === null || typeof node !== "object") return node;
  const entries = Object.entries(node).map(([k, v]) => [k, replaceNode(v, countdown, value)]);
  return Array.isArray(node) ? entries.map(([, v]) => v) : Object.fromEntries(entries);
}

test("throws nothing but its own error, whatever is put where", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 2 ** 32, 1.5, "..", "/..", "\n"));
  fc.assert(
    fc.property(fc.nat({ max: 140 }), value, (left, input) => {
      const document = replaceNode(defaultSpec({ rootless: { uid: 1, gid: 1 } }), { left }, input);
      try {
        check(JSON.stringify(document));
      } catch (error) {
        assert.instance(error, WrunError);
      }
    }),
    { numRuns: 1000 },
  );
});

test.run();
