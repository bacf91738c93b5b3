/** linux.seccomp of config.json, and the profiles of --security-opt. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { checkSpec } from "../../runtime/spec/check/check.ts";
import { readJson } from "../../runtime/spec/json.ts";
import { type ProfileHost, parseProfile, readProfile } from "../../runtime/spec/profile.ts";
import type { Seccomp } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { temporary } from "../run/rootfs.ts";
import { ask } from "./host.ts";
import { config } from "./table-invalid.ts";
import { thrown } from "./thrown.ts";

const test = topic("spec on system calls");

const json = (text: string) => readJson(Buffer.from(text));
const check = (text: string): Seccomp | undefined =>
  checkSpec(json(config({ linux: `"seccomp":${text}` }))).linux?.seccomp;

test("takes all that the specification has", () => {
  const text = `{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,
    "architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_RISCV64"],"flags":["SECCOMP_FILTER_FLAG_LOG"],
    "listenerPath":"","syscalls":[{"names":["personality"],"action":"SCMP_ACT_ALLOW","comment":"x",
    "args":[{"index":0,"value":18446744073709551615,"valueTwo":0,"op":"SCMP_CMP_EQ"}]}]}`;
  assert.equal(check(text), {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 38,
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_RISCV64"],
    flags: ["SECCOMP_FILTER_FLAG_LOG"],
    syscalls: [
      {
        names: ["personality"],
        action: "SCMP_ACT_ALLOW",
        args: [{ index: 0, value: 2n ** 64n - 1n, valueTwo: 0, op: "SCMP_CMP_EQ" }],
      },
    ],
  });
  assert.is(check("{}"), undefined);
});

const rule = (text: string) => `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{${text}}]}`;
/** A rule whose one condition is right but for what is said. */
function args(more: { value?: string; op?: string }): string {
  const { value = "1", op = "SCMP_CMP_EQ" } = more;
  const condition = `{"index":0,"value":${value},"op":"${op}"}`;
  return rule(`"names":["read"],"action":"SCMP_ACT_LOG","args":[${condition}]`);
}

const wrong: [text: string, pointer: string][] = [
  ['{"syscalls":[]}', "/defaultAction"],
  ['{"defaultAction":"ALLOW"}', "/defaultAction"],
  ['{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":-1}', "/defaultErrnoRet"],
  ['{"defaultAction":"SCMP_ACT_ERRNO","architectures":["amd64"]}', "/architectures/0"],
  ['{"defaultAction":"SCMP_ACT_ERRNO","flags":["TSYNC"]}', "/flags/0"],
  [rule('"names":[],"action":"SCMP_ACT_LOG"'), "/syscalls/0/names"],
  [rule('"action":"SCMP_ACT_LOG"'), "/syscalls/0/names"],
  [rule('"names":["read"]'), "/syscalls/0/action"],
  [args({ value: "18446744073709551616" }), "/syscalls/0/args/0/value"],
  [args({ value: "-1" }), "/syscalls/0/args/0/value"],
  [args({ op: "==" }), "/syscalls/0/args/0/op"],
];

for (const [text, pointer] of wrong) {
  test(`refuses ${text}`, () => {
    const error = thrown(() => check(text));
    assert.is(error.code, "ERR_CONFIG_INVALID");
    assert.is(error.pointer, `/linux/seccomp${pointer}`);
  });
}

test("a rule that asks needs somebody who listens, and metadata are for nobody else", () => {
  const asks = '"syscalls":[{"names":["mknod"],"action":"SCMP_ACT_NOTIFY"}]';
  const refused = (text: string) => {
    const { code, pointer } = thrown(() => check(`{"defaultAction":"SCMP_ACT_ALLOW",${text}}`));
    return [code, pointer];
  };
  assert.equal(refused(asks), ["ERR_CONFIG_INVALID", "/linux/seccomp/listenerPath"]);
  const relative = `${asks},"listenerPath":"x"`;
  assert.equal(refused(relative), ["ERR_CONFIG_INVALID", "/linux/seccomp/listenerPath"]);
  const alone = '"listenerMetadata":"x"';
  assert.equal(refused(alone), ["ERR_CONFIG_INVALID", "/linux/seccomp/listenerMetadata"]);
  check(`{"defaultAction":"SCMP_ACT_ALLOW",${asks},"listenerPath":"/x","listenerMetadata":"y"}`);
});

const host: ProfileHost = {
  arch: "x64",
  kernel: { major: 6, minor: 1 },
  capabilities: ["CAP_CHOWN", "CAP_KILL"],
};

/** The names that are left of a profile in Docker's format. */
function left(conditions: object, on: ProfileHost = host): boolean {
  const each = { names: ["acct"], action: "SCMP_ACT_ALLOW", ...conditions };
  const text = JSON.stringify({ defaultAction: "SCMP_ACT_ERRNO", syscalls: [each] });
  return parseProfile(json(text), on, "p")?.syscalls?.length === 1;
}

test("Docker's includes and excludes", () => {
  assert.ok(left({ includes: {}, excludes: null, comment: "" }));
  assert.ok(left({ includes: { caps: ["CAP_CHOWN", "CAP_KILL"] } }));
  assert.not(left({ includes: { caps: ["CAP_CHOWN", "CAP_BPF"] } }));
  assert.not(left({ excludes: { caps: ["CAP_BPF", "CAP_KILL"] } }));
  assert.ok(left({ excludes: { caps: ["CAP_BPF"] } }));
  assert.ok(left({ includes: { arches: ["arm64", "amd64"] } }));
  assert.not(left({ includes: { arches: ["arm64"] } }));
  assert.ok(left({ includes: { arches: ["arm64"] } }, { ...host, arch: "arm64" }));
  assert.not(left({ excludes: { arches: ["amd64"] } }));
  assert.ok(left({ includes: { minKernel: "4.8" } }));
  assert.ok(left({ includes: { minKernel: "6.1" } }));
  assert.not(left({ includes: { minKernel: "6.10" } }));
  assert.not(left({ excludes: { minKernel: "5.12" } }));
});

test("Docker's map of architectures, and the one name of old profiles", () => {
  const map = [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ];
  const text = JSON.stringify({
    defaultAction: "SCMP_ACT_ERRNO",
    archMap: map,
    syscalls: [{ name: "read", action: "SCMP_ACT_ALLOW", args: null }],
  });
  const on = (arch: ProfileHost["arch"]) => parseProfile(json(text), { ...host, arch }, "p");
  assert.equal(on("x64")?.architectures, ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]);
  assert.equal(on("arm64")?.architectures, ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]);
  assert.equal(on("x64")?.syscalls, [{ names: ["read"], action: "SCMP_ACT_ALLOW" }]);
});

test("mistakes in a profile are errors that name the file", () => {
  const file = join(temporary("profile"), "p.json");
  const error = (text: string) => {
    writeFileSync(file, text);
    return thrown(() => readProfile(file, host));
  };
  for (const [text, pointer] of [
    ['{"defaultAction":1}', "/defaultAction"],
    ['{"defaultAction":"SCMP_ACT_LOG","syscalls":{}}', "/syscalls"],
    ['{"defaultAction":"SCMP_ACT_LOG","listenerPath":"/x"}', "/listenerPath"],
    ['{"defaultAction":"SCMP_ACT_LOG","architectures":["SCMP_ARCH_ARM"],"archMap":[]}', ""],
    [
      rule('"names":["a"],"action":"SCMP_ACT_LOG","includes":{"minKernel":"six"}'),
      "/syscalls/0/includes/minKernel",
    ],
    [
      rule('"names":["a"],"action":"SCMP_ACT_LOG","excludes":{"caps":"x"}'),
      "/syscalls/0/excludes/caps",
    ],
  ] as const) {
    const { code, message, pointer: at } = error(text);
    assert.is(code, "ERR_CONFIG_INVALID");
    assert.is(at, pointer, text);
    assert.match(message, file);
  }
  assert.is(error("{").code, "ERR_CONFIG_INVALID");
  assert.is(thrown(() => readProfile(`${file}.none`, host)).code, "ERR_SECCOMP");
  assert.is(thrown(() => readProfile(temporary("profile"), host)).errno, "EISDIR");
});

test("the option over a spec: the default without a bundle, and what is said instead", () => {
  assert.is(ask({}).defaultSeccomp, true);
  assert.is(ask({ seccomp: "default" }).defaultSeccomp, true);
  assert.is(ask({ seccomp: "unconfined" }).defaultSeccomp, false);
  const file = join(temporary("profile"), "p.json");
  writeFileSync(file, '{"defaultAction":"SCMP_ACT_LOG"}');
  const { spec, defaultSeccomp } = ask({ seccomp: file });
  assert.is(defaultSeccomp, false);
  assert.equal(spec.linux?.seccomp, { defaultAction: "SCMP_ACT_LOG", syscalls: [] });
});

test.run();
