import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import * as assert from "uvu/assert";
import { attachDeviceProgram, loadDeviceProgram } from "../../shim/bpf.ts";
import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { SyscallError } from "../../shim/error.ts";
import { openFds } from "../../shim/fd.ts";
import { topic } from "../harness.ts";

const test = topic("bpf", { vm: true });

/** struct bpf_insn { u8 code; u8 registers; s16 offset; s32 immediate; } */
function program(
  ...instructions: [code: number, registers: number, immediate: number][]
): Uint8Array {
  const bytes = Buffer.alloc(8 * instructions.length);
  instructions.forEach(([code, registers, immediate], i) => {
    bytes.writeUInt8(code, 8 * i);
    bytes.writeUInt8(registers, 8 * i + 1);
    bytes.writeInt32LE(immediate, 8 * i + 4);
  });
  return bytes;
}

/** r0 = value; exit */
const always = (value: number) => program([0xb7, 0, value], [0x95, 0, 0]);

function failure(act: () => unknown): SyscallError {
  try {
    act();
  } catch (error) {
    if (error instanceof SyscallError) return error;
    throw error;
  }
  throw new Error("it succeeded");
}

test("a program is loaded, and closed", { needs: ["root"] }, () => {
  const before = openFds();
  loadDeviceProgram(always(0)).close();
  assert.is(openFds(), before);
});

test("the verifier says why it refuses a program", { needs: ["root"] }, () => {
  // exit without an answer
  const error = failure(() => loadDeviceProgram(program([0x95, 0, 0])));
  assert.is(error.errno, "EACCES");
  assert.match((error.cause as Error).message, /R0 !read_ok/);
});

test("a program of no instructions is an error without a log", { needs: ["root"] }, () => {
  const error = failure(() => loadDeviceProgram(new Uint8Array(0)));
  assert.is(error.cause, undefined);
});

const unified = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) =>
  existsSync(`${path}/cgroup.controllers`),
);

/** How head, in the cgroup, ends. */
function reads(cgroup: string): Promise<number | null> {
  const script = `echo 0 >${cgroup}/cgroup.procs && exec head -c 1 /dev/zero`;
  const child = spawn("sh", ["-c", script], { stdio: "ignore" });
  return new Promise((done) => child.on("close", done));
}

async function allMustAllow(unified: string): Promise<void> {
  const name = `wrun-test-${process.pid}`;
  const path = `${unified}/${name}`;
  mkdirSync(path);
  try {
    using hierarchy = openHierarchy(unified);
    using cgroup = openCgroup(hierarchy, name);
    for (const [value, status] of [
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      using loaded = loadDeviceProgram(always(value));
      attachDeviceProgram(cgroup, loaded);
      loaded.close();
      assert.is(await reads(path), status);
    }
  } finally {
    rmdirSync(path);
  }
}

// A host of v1 alone has nothing to attach to.
if (unified) {
  test("programs of a cgroup must all allow an access", { needs: ["root"] }, () =>
    allMustAllow(unified),
  );
}

test("a program is for cgroups of v2 only", { needs: ["root"] }, () => {
  using directory = openHierarchy("/tmp");
  using loaded = loadDeviceProgram(always(1));
  assert.is(failure(() => attachDeviceProgram(directory, loaded)).errno, "EBADF");
});

test.run();
