/** Asks this host what the doctor wants to know beyond the facts. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { isatty } from "node:tty";
import { errnoName } from "../../shim/errno.ts";
import { probe } from "../../shim/facts/probe.ts";
import { initPath } from "../../shim/init.ts";
import { tryCall } from "../../shim/libc.ts";
import type { Host, Probed } from "./check.ts";

/** Everything `diagnose` needs. Changes nothing, needs no privilege. */
export function examine(): Host {
  const facts = probe();
  const path = initPath();
  return {
    facts,
    syscalls: probeSyscalls(),
    filesystems: filesystems(),
    init: { path, present: statSync(path, { throwIfNoEntry: false })?.isFile() === true },
    terminal: { here: isatty(0) && isatty(2), ptmx: existsSync("/dev/ptmx") },
    // sd_booted(3)
    systemd: existsSync("/run/systemd/system"),
  };
}

const all_ones = 0xffff_ffff;

/**
 * Each call with arguments that its own first checks refuse (a struct of size 0, unknown flags, a pid below 1, a range
 * upside down), so that it does nothing and needs no right; what is left to say ENOSYS or EPERM is the kernel's age or
 * a seccomp filter.
 */
function probeSyscalls(): Host["syscalls"] {
  const answers: Record<Probed, number> = {
    mount_setattr: tryCall("mount_setattr", -1, null, 0, null, 0),
    openat2: tryCall("openat2", -1, null, null, 0),
    clone3: tryCall("clone3", null, 0),
    pidfd_open: tryCall("pidfd_open", -1, 0),
    close_range: tryCall("close_range", all_ones, 0, 0),
    open_tree: tryCall("open_tree", -1, null, all_ones),
  };
  return {
    mount_setattr: answer(answers.mount_setattr),
    openat2: answer(answers.openat2),
    clone3: answer(answers.clone3),
    pidfd_open: answer(answers.pidfd_open),
    close_range: answer(answers.close_range),
    open_tree: answer(answers.open_tree),
  };
}

function answer(result: number): "yes" | "ENOSYS" | "EPERM" {
  const name = result < 0 ? errnoName(-result) : "";
  return name === "ENOSYS" || name === "EPERM" ? name : "yes";
}

/** Lines are `nodev\ttmpfs` or `\text4`. */
function filesystems(): string[] {
  const lines = readFileSync("/proc/filesystems", "utf8").split("\n");
  return lines.flatMap((line) => line.split("\t")[1] ?? []);
}
