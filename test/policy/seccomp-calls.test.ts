/** The tables of system calls against those of the kernel's headers, and of the shim. */
import { existsSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { type SyscallName, syscallNumber } from "../../shim/program/syscalls.ts";
import type { SeccompArch } from "../../wasm/generated/host.js";
import { project, topic } from "../harness.ts";

const test = topic("names of system calls");
const { numberOf, nameOf } = policy().seccomp;

/** Where Debian has the headers of the machine, of i386 and of x32. */
const headers: [arch: SeccompArch, file: string][] = [
  ["x86-64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"],
  ["x86", "/usr/include/x86_64-linux-gnu/asm/unistd_32.h"],
  ["x32", "/usr/include/x86_64-linux-gnu/asm/unistd_x32.h"],
];

function defined(text: string): [name: string, number: number][] {
  const line = /^#define __NR_(\w+) (\(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm;
  return [...text.matchAll(line)].map(([, name = "", x32, number]) => [
    name,
    Number(number) + (x32 ? 0x40000000 : 0),
  ]);
}

for (const [arch, file] of headers) {
  test(`all of ${arch} are those of the kernel's header`, { needs: ["gcc", "x64"] }, () => {
    if (!existsSync(file)) return;
    const calls = defined(readFileSync(file, "utf8"));
    assert.ok(calls.length > 300);
    for (const [name, number] of calls) {
      assert.is(numberOf(name, arch), number, name);
      assert.is(nameOf(number, arch), name);
    }
    // What is not in the header is newer than it.
    const newest = Math.max(...calls.map(([, number]) => number & 0xffff).filter((n) => n < 500));
    const base = arch === "x32" ? 0x40000000 : 0;
    const known = new Set(calls.map(([, number]) => number));
    for (let number = base; number <= base + newest; number++) {
      if (known.has(number) || (number - base >= 335 && number - base <= 336)) continue;
      assert.is(nameOf(number, arch), undefined, `${number}`);
    }
  });
}

test("those that init makes have the shim's numbers", () => {
  const source = readFileSync(`${project}/shim/program/syscalls.ts`, "utf8");
  const names = [...source.matchAll(/^ {2}(\w+): \[/gm)].map(([, name]) => name as SyscallName);
  assert.ok(names.length > 70);
  for (const name of names) {
    assert.is(numberOf(name, "x86-64"), syscallNumber("x64", name), name);
    assert.is(numberOf(name, "aarch64"), syscallNumber("arm64", name), name);
  }
});

test("every name has one number and every number one name, on every architecture", () => {
  for (const arch of ["x86-64", "x86", "x32", "aarch64", "arm"] as const) {
    const base = arch === "x32" ? 0x40000000 : 0;
    let count = 0;
    for (let number = base; number < base + 600; number++) {
      const name = nameOf(number, arch);
      if (name === undefined) continue;
      count++;
      assert.is(numberOf(name, arch), number, name);
    }
    assert.ok(count > 320, `${arch}: ${count}`);
    for (const name of ["", "reed", "read ", "READ", "read write", "zzz", "_"])
      assert.is(numberOf(name, arch), undefined);
  }
});

test("newer than the headers: the tables of Linux 6.18 agree from 424 on", () => {
  const newer: [name: string, number: number][] = [
    ["pidfd_send_signal", 424],
    ["cachestat", 451],
    ["statmount", 457],
    ["mseal", 462],
    ["open_tree_attr", 467],
    ["file_setattr", 469],
  ];
  for (const [name, number] of newer)
    for (const arch of ["x86-64", "x86", "aarch64", "arm"] as const)
      assert.is(numberOf(name, arch), number, `${arch} ${name}`);
  assert.is(numberOf("uretprobe", "x86-64"), 335);
  assert.is(numberOf("uprobe", "x86-64"), 336);
  assert.is(numberOf("cacheflush", "arm"), 0xf0002);
  assert.is(numberOf("execve", "x32"), 0x40000208);
});

test.run();
