import { closeSync, openSync } from "node:fs";
import { probe } from "../../shim/facts/probe.ts";
import type { Report } from "../../shim/program/encode.ts";
import { explainFailure } from "../diagnose/failure.ts";
import type { WrunError } from "../error.ts";
import { hookError } from "../hook/error.ts";
import { outputOf } from "../hook/output.ts";
import type { StateRecord } from "../state/record.ts";
import { readSpec } from "../state/spec.ts";
import { readTail } from "../state/tail.ts";

/** Why a container that was created could not be started. Its process still stands. Throws RangeError for no failure. */
export function explainStart(directory: string, record: StateRecord, report: Report): WrunError {
  const { program, hookOutput } = readTail(directory);
  const pid = record.process?.pid ?? 0;
  if (report.kind === "hook") {
    const { say = "", path = "" } = program.steps[report.step]?.purpose ?? {};
    return hookError(say, path, report.status, said(pid, hookOutput));
  }
  if (report.kind !== "failed") throw new RangeError(`a starting init reported ${report.kind}`);
  return explainFailure({
    program,
    spec: readSpec(directory),
    facts: probe(),
    rootfs: record.rootfs || "/",
    index: report.step,
    errno: report.errno,
    pid,
  });
}

/** Closed to an ordinary user when the process is not dumpable (ptrace(2)). */
function said(pid: number, descriptor: number): string {
  let number: number;
  try {
    number = openSync(`/proc/${pid}/fd/${descriptor}`, "r");
  } catch {
    return "";
  }
  try {
    return outputOf({ number });
  } finally {
    closeSync(number);
  }
}
