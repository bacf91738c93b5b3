import * as assert from "uvu/assert";
import { colorsFor } from "../../runtime/cli/color.ts";
import { callText, flagText } from "../../runtime/cli/plan/argument.ts";
import { stepLines } from "../../runtime/cli/plan/step.ts";
import { argumentKinds } from "../../runtime/cli/plan/table-argument.ts";
import * as kernel from "../../runtime/launch/table-kernel.ts";
import { Builder } from "../../shim/program/builder.ts";
import type { Program } from "../../shim/program/program.ts";
import { topic } from "../harness.ts";

const test = topic("steps");
const code = "ERR_MOUNT";

function sample(): Program {
  const builder = new Builder();
  const [tree, target] = [builder.slot(), builder.slot()];
  const done = builder.label("done");
  const again = builder.label("again");
  builder.place(again);
  const how = builder.words([kernel.O_PATH | kernel.O_CLOEXEC, 0, kernel.RESOLVE_IN_ROOT]);
  const open = { say: "open the mount target `/proc`", code };
  builder.call("openat2", [tree, builder.text("proc"), how, 24], open, {
    save: target,
    on: { EAGAIN: again, ENOENT: done, EEXIST: "ignore" },
  });
  const flags = kernel.MOVE_MOUNT_F_EMPTY_PATH | kernel.MOVE_MOUNT_T_EMPTY_PATH;
  const empty = builder.text("");
  builder.call("move_mount", [tree, empty, target, empty, flags], {
    say: "attach `\x1b[2J`",
    code,
  });
  builder.call("fsopen", [builder.text("tmpfs"), 1], { say: "make `/tmp`", code }, { save: tree });
  const option = { say: "make `/tmp` with the option `ro`", code };
  builder.call("fsconfig", [tree, 0, builder.text("ro"), 0, 0], option);
  builder.jumpIf(target, "!=", 0, done, { say: "skip the rest", code });
  builder.store(target, how, 8, { say: "skip the rest", code });
  builder.fail("EPERM", { say: "skip the rest", code });
  builder.place(done);
  const argv = builder.strings(["sh", "-c"]);
  builder.call("execve", [builder.text("/bin/sh"), argv, builder.strings([])], {
    say: "run `sh`",
    code,
  });
  return builder.finish();
}

const lines = (brief: boolean) =>
  stepLines(sample(), { arch: "x64", colors: colorsFor(false, {}), brief });

test("each step in the words of the manual, below what it is for", () => {
  assert.equal(lines(false), [
    "  open the mount target `/proc`",
    '    0  openat2(s0, "proc", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_IN_ROOT}, 24) -> s1   [EAGAIN: again, ENOENT: go to 7, EEXIST: go on]',
    "  attach `\\x1b[2J`",
    '    1  move_mount(s0, "", s1, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)',
    "  make `/tmp`",
    '    2  fsopen("tmpfs", FSOPEN_CLOEXEC) -> s0',
    '    3  fsconfig(s0, FSCONFIG_SET_FLAG, "ro", NULL, 0)',
    "  skip the rest",
    "    4  go to 7 when s1 != 0",
    "    5  s1 -> data[0], 8 bytes",
    "    6  fail with EPERM",
    "  run `sh`",
    '    7  execve("/bin/sh", ["sh", "-c"], [])',
  ]);
});

test("in brief: what the steps are for, with their numbers", () => {
  assert.equal(lines(true), [
    "  0    open the mount target `/proc`",
    "  1    attach `\\x1b[2J`",
    "  2-3  make `/tmp`",
    "  4-6  skip the rest",
    "  7    run `sh`",
  ]);
});

test("flags differ by architecture, and unknown bits are not lost", () => {
  const directory = BigInt(kernel.O_DIRECTORY("arm64"));
  assert.is(flagText(directory, "O_", "arm64"), "O_DIRECTORY");
  assert.not.equal(flagText(directory, "O_", "x64"), "O_DIRECTORY");
  assert.is(flagText(0x8000_0000n | 1n, "MOUNT_ATTR_", "x64"), "MOUNT_ATTR_RDONLY|0x80000000");
  assert.is(flagText(0n, "O_", "x64"), "0");
});

test("numbers that stand for one of a list, AT_FDCWD, NULL and modes", () => {
  const empty = new Builder().finish();
  const text = (call: Parameters<typeof callText>[0], args: number[]) =>
    callText(call, args, empty, "x64");
  assert.is(text("prctl", [38, 1, 0, 0, 0]), "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)");
  assert.is(text("prctl", [4, 0, 0, 0, 0]), "prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)");
  assert.is(text("mkdirat", [-100, 0, 0o755]), "mkdirat(AT_FDCWD, NULL, 0755)");
});

test("every prefix of flags is one of the kernel's table", () => {
  const names = Object.keys(kernel);
  for (const [call, kinds] of Object.entries(argumentKinds))
    for (const kind of kinds)
      for (const prefix of kind.endsWith("_") ? kind.split("|") : [])
        assert.ok(
          names.some((name) => name.startsWith(prefix)),
          `${call}: ${prefix}`,
        );
});

test.run();
