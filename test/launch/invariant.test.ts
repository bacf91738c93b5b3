/** What holds for every launch program, whatever the spec and the host: slots, descriptors and paths. */
import * as assert from "uvu/assert";
import { descriptors } from "../../runtime/launch/launch.ts";
import * as kernel from "../../runtime/launch/table-kernel.ts";
import { encode } from "../../shim/program/encode.ts";
import type { Place } from "../../shim/program/program.ts";
import { syscallNames } from "../../shim/program/syscalls.ts";
import { topic } from "../harness.ts";
import { decode } from "../program/decode.ts";
import { holds, holdsAlways, isSlotOf, lowest } from "./asked.ts";
import { isSlot, slotFaults } from "./flow.ts";

const test = topic("launch invariants");

/** Slots of a Scene. */
const [root_slot, target_slot, parent_slot] = [0, 2, 3];

holdsAlways(test, "it can be encoded, with every label placed", ({ program }) => {
  for (const arch of ["x64", "arm64"] as const) {
    const { steps, data } = decode(encode(program, arch), arch, syscallNames);
    assert.is(steps.length, program.steps.length);
    assert.ok(data.length >= program.data.length);
  }
});

holdsAlways(test, "every place and every pointer is within the data", ({ program }) => {
  const size = program.data.length;
  const places = program.steps.flatMap((step) =>
    step.kind === "call"
      ? step.args.filter((value) => typeof value === "object" && "at" in value)
      : "place" in step
        ? [step.place]
        : [],
  ) as Place[];
  for (const { at } of places) assert.ok(at >= 0 && at < size, `${at} of ${size}`);
  for (const { at, to } of program.pointers) assert.ok(at <= size - 8 && to < size);
});

holdsAlways(test, "every step says what it is for, by a code of an error", ({ program }) => {
  for (const { purpose } of program.steps) {
    assert.match(purpose.say, /^[a-z].*[^. ]$/);
    assert.match(purpose.code, /^ERR_[A-Z_]+$/);
  }
});

holdsAlways(
  test,
  "no slot is read before it is written or after it is closed, and no fd is lost",
  (asked) => {
    const { faults, unreachable } = slotFaults(asked.program);
    assert.equal(faults, []);
    // After the last execve of a path without a search nothing comes; all else is reached.
    assert.equal(unreachable, []);
  },
);

holdsAlways(test, "descriptors by number are those that init is given", ({ program, launch }) => {
  const { last } = descriptors(launch);
  for (const step of program.steps) {
    if (step.kind !== "call") continue;
    for (const i of descriptorArguments[step.call] ?? []) {
      const fd = step.args[i];
      const isGiven = fd === kernel.AT_FDCWD || (Number(fd) >= 0 && Number(fd) <= last);
      assert.ok(isSlot(fd) || isGiven, `${step.call}: ${fd}`);
    }
  }
});

holdsAlways(test, "no descriptor is given to two", ({ launch }) => {
  const { kept, cgroups, idMaps, last, third, ...others } = descriptors(launch);
  const places = Array.from({ length: launch.cgroups }, (_, i) => cgroups + i);
  places.push(...Array.from({ length: launch.idMaps }, (_, i) => idMaps + i));
  const stash = launch.how.preserved > 0 ? [third] : [];
  const given = [...places, ...stash, ...Object.values(others).filter((fd) => fd >= 0)];
  assert.is(new Set(given).size, given.length);
  assert.ok(given.every((fd) => fd >= 3 + launch.how.preserved && fd <= last));
  const inside = Object.values(kept).filter((fd) => fd >= 0);
  assert.is(new Set([others.report, ...inside]).size, inside.length + 1);
});

holdsAlways(
  test,
  "nothing of the host is open when the first path of the container is used",
  (asked) => {
    const close = asked.first("close_range", asked.second, ({ args }) => args[0] === lowest(asked));
    const chdir = asked.first("getcwd");
    assert.ok(close > 0 && close < chdir);
  },
);

/** Which arguments are descriptors. */
const descriptorArguments: Partial<Record<string, number[]>> = {
  ...{ close: [0], read: [0], write: [0], ioctl: [0], fchdir: [0], fchown: [0], sendmsg: [0] },
  ...{ dup3: [0, 1], openat: [0], openat2: [0], mkdirat: [0], mknodat: [0], fchownat: [0] },
  ...{ symlinkat: [1], open_tree: [0], move_mount: [0, 2], fsconfig: [0], fsmount: [0] },
  ...{ mount_setattr: [0], setns: [0], accept4: [0], lseek: [0], pidfd_send_signal: [0] },
};

holds(test, "paths in the container's root stay in it, and end at no magic link", (asked) => {
  for (const { call } of asked.calls("openat2")) {
    const resolve = asked.word(call.args[2], 2);
    const inRoot = kernel.RESOLVE_IN_ROOT | kernel.RESOLVE_NO_MAGICLINKS;
    const beneath = kernel.RESOLVE_BENEATH | kernel.RESOLVE_NO_SYMLINKS | kernel.RESOLVE_NO_XDEV;
    if (isSlotOf(call.args[0], root_slot)) assert.is(resolve & inRoot, inRoot);
    // An open file once more, or a /proc that nobody else sees.
    else assert.ok(asked.text(call.args[1]) === "." || resolve === beneath);
  }
});

holds(
  test,
  "what is made in the container's root has one name below an open directory",
  (asked) => {
    for (const { call } of asked.calls("mkdirat", "mknodat", "symlinkat", "fchownat")) {
      const [directory, name] = call.call === "symlinkat" ? call.args.slice(1) : call.args;
      const inside = [target_slot, parent_slot].some((slot) => isSlotOf(directory, slot));
      if (inside) assert.not.match(asked.text(name), "/");
    }
  },
);

holds(test, "paths of the host are used before the pivot only", (asked) => {
  const pivot = asked.first("pivot_root");
  const names = ["openat", "open_tree", "move_mount", "mount", "mkdirat", "mknodat", "symlinkat"];
  for (const { at, call } of asked.calls(...names)) {
    if (pivot < 0 || at < pivot) continue;
    assert.is(call.call, "mount", "a path after the pivot");
    assert.is(asked.text(call.args[1]), "/");
  }
});

holds(test, "every mount that was put aside is taken away after the pivot", (asked) => {
  const pivot = asked.first("pivot_root");
  const aside = asked
    .calls("move_mount")
    .filter(({ call }) => call.args[2] === kernel.AT_FDCWD && asked.text(call.args[3]) === "/");
  assert.is(asked.calls("umount2").length, aside.length);
  assert.is(pivot >= 0, aside.length > 0);
  const own = asked.launch.decisions.namespaces.decisions.find((d) => d.kind === "mount");
  assert.is(pivot >= 0, own?.action === "create");
  for (const { at } of asked.calls("umount2")) assert.ok(at > pivot);
  for (const { at } of aside) assert.ok(at < pivot);
  // The rootfs is the topmost.
  if (pivot >= 0) assert.ok(isSlotOf(aside.at(-1)?.call.args[0], root_slot));
});

holds(test, "files of the host are closed before the first path of the container", (asked) => {
  const { steps } = asked.program;
  const close = asked.first("close_range", asked.second, ({ args }) => args[0] === lowest(asked));
  assert.ok(close > asked.first("pivot_root"));
  assert.is(asked.first("close", close), close + 1);
  // The descriptor of the filter, for its listener, is a new one.
  const notify = asked.calls("seccomp")[0]?.call.save;
  for (const { at, call } of asked.calls("execve", "getcwd")) assert.ok(at > close, call.call);
  const allowed = ["prlimit64", "prctl", "setgroups", "setresgid", "setresuid", "capset", "umask"];
  const last = ["chdir", "getcwd", "read", "exit_group", "close_range", "execve"];
  const filter = ["seccomp", "sendmsg", "close"];
  for (const step of steps.slice(close + 2)) {
    if (step.kind !== "call") continue;
    assert.ok([...allowed, ...last, ...filter].includes(step.call), step.call);
    const closed = step.args.filter((arg) => isSlot(arg) && arg.slot !== notify?.slot);
    assert.equal(closed, [], `${step.call} uses what is closed`);
  }
});

test.run();
