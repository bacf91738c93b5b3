/** `wrun plan --explain-call` and `--explain-device`: as the engine explains it, for the profile and host of the plan. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { factsText } from "../../runtime/facts/file.ts";
import { defaultSpec } from "../../runtime/spec/default.ts";
import { ordinary, workstation } from "../doctor/hosts.ts";
import { project, topic } from "../harness.ts";

const test = topic("plan --explain");
const bundle = mkdtempSync(join(tmpdir(), "wrun-explain-"));
process.once("exit", () => rmSync(bundle, { recursive: true }));

const spec = defaultSpec();
mkdirSync(join(bundle, "rootfs"));
writeFileSync(join(bundle, "x64.json"), factsText(workstation.facts));
writeFileSync(join(bundle, "arm64.json"), factsText({ ...workstation.facts, arch: "arm64" }));
writeFileSync(join(bundle, "laptop.json"), factsText(ordinary.facts));
writeFileSync(
  join(bundle, "config.json"),
  JSON.stringify({
    ...spec,
    linux: {
      ...spec.linux,
      resources: {
        devices: [
          { allow: false, access: "rwm" },
          { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
        ],
      },
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          { names: ["mount", "umount2"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
          {
            names: ["socket"],
            action: "SCMP_ACT_KILL_PROCESS",
            args: [{ index: 0, value: 38, op: "SCMP_CMP_EQ" }],
          },
        ],
      },
    },
  }),
);

function wrun(host: string, ...argv: string[]) {
  const all = ["dist/wrun.cjs", "plan", "--facts", join(bundle, `${host}.json`), ...argv];
  const ran = spawnSync(process.execPath, all, { cwd: project, encoding: "utf8" });
  return { status: ran.status, out: ran.stdout, err: ran.stderr };
}

const call = (host: string, text: string, ...argv: string[]) =>
  wrun(host, "--bundle", bundle, `--explain-call=${text}`, ...argv);
const device = (text: string) => wrun("x64", "--bundle", bundle, `--explain-device=${text}`);

test("the rule that decides a call, by name and by number, on the host's architecture", () => {
  const { status, out, err } = call("x64", "mount");
  assert.equal([status, err], [0, ""]);
  assert.match(out, /^mount\(\), number 165 on x86-64\n {2}fails with ENOSYS +rule 0 /);
  assert.match(out, "(/linux/seccomp/syscalls/0)");
  assert.is(call("x64", "165").out, out);
  assert.is(call("x64", "0xa5").out, out);
  assert.match(call("arm64", "mount").out, "number 40 on aarch64");
  assert.match(call("x64", "read").out, "(/linux/seccomp/defaultAction)");
  assert.match(call("x64", "999").out, /^call\(\), number 999 on x86-64\n {2}is allowed/);
});

test("arguments decide, and what is not given is 0", () => {
  assert.match(
    call("x64", "socket,38,1").out,
    /^socket\(38, 1\).*\n {2}kills the process +rule 1 /,
  );
  assert.match(call("x64", "socket,0x26").out, "kills the process");
  assert.match(call("x64", "socket").out, "is allowed");
});

test("wrun's own profile, and none", () => {
  const own = wrun("x64", "--explain-call", "socket,38", "--explain-call", "read").out;
  assert.match(own, /socket\(38\).*\n {2}fails with EPERM +wrun's own profile/);
  assert.match(own, /\n\nread\(\).*\n {2}is allowed +wrun's own profile: rule 0/);
  assert.not.match(own, "/linux/");
  const none = wrun("x64", "--security-opt=seccomp=unconfined", "--explain-call", "mount").out;
  assert.match(none, "is allowed: there is no filter");
});

test("a profile that keeps its default for one capability's calls knows the container's", () => {
  const mount = (...argv: string[]) => wrun("x64", ...argv, "--explain-call", "mount").out;
  assert.match(mount(), "fails with EPERM");
  assert.match(mount("--cap-add", "SYS_ADMIN"), "is allowed");
});

test("the rules that decide access to a device", () => {
  const { status, out, err } = device("c 10:229 rwm");
  assert.equal([status, err], [0, ""]);
  assert.match(out, /^device c 10:229\n {2}allow m +a node may be made/);
  assert.match(out, /\n {2}allow rw +.*\(\/linux\/resources\/devices\/1\)/);
  assert.match(device("b 8:0").out, "(/linux/resources/devices/0)");
  assert.match(device("c 1:3").out, /\n {2}allow rwm +every container has \/dev\/null/);
  assert.match(device("b 8:0 r").out, /\n {2}deny r /);
  assert.not.match(out, "not restricted");
});

test("where nothing enforces the rules, it says so", () => {
  const { out } = wrun("laptop", "--explain-device", "b 8:0 rwm");
  assert.match(out, "not restricted: nothing enforces it here");
});

test("as JSON: an object with both lists", () => {
  const { out } = call("x64", "socket,18446744073709551615", "--explain-device=c 10:229", "--json");
  const { calls, devices } = JSON.parse(out);
  assert.is(out.split("\n").length, 2);
  assert.equal(calls[0].arguments, ["18446744073709551615"]);
  assert.equal([calls[0].name, calls[0].number, calls[0].arch], ["socket", 41, "x86-64"]);
  assert.is(calls[0].verdict.action, "allow");
  assert.equal([devices[0].node, devices[0].major, devices[0].minor], ["char", 10, 229]);
  assert.equal(devices[0].verdicts[1].access, { read: true, write: true, mknod: false });
  assert.is(devices[0].verdicts[1].rule, 1);
});

test("what is no call and no device", () => {
  const calls = ["", "reed", "4294967296", "-1", "read,", "read,x", "read,18446744073709551616"];
  for (const text of [...calls, "read,1,2,3,4,5,6,7", "1x", "0x", "mount umount2"]) {
    const { status, out, err } = call("x64", text);
    assert.equal([status, out], [2, ""], text);
    assert.match(err, "is no system call of x86-64");
  }
  const devices = ["", "c", "c 1", "c 1:3 x", "a 1:3 r", "c 4294967296:0", "c -1:3", "c 1:*"];
  for (const text of [...devices, "c 1:3 rwmr", "c 1:3:5", "b:1:3"]) {
    const { status, out, err } = device(text);
    assert.equal([status, out], [2, ""], text);
    assert.match(err, "which is no device");
  }
});

test.run();
