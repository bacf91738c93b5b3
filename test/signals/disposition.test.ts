import { constants } from "node:os";
import * as assert from "uvu/assert";
import { type Verdict, verdict } from "../../runtime/signals/disposition.ts";
import { topic } from "../harness.ts";

const test = topic("signals: disposition");

type Masked = Partial<Record<"SigBlk" | "SigIgn" | "SigCgt", NodeJS.Signals>>;

function status(pids: string, masks: Masked): string {
  const line = (field: keyof Masked) => {
    const name = masks[field];
    const bits = name ? 1n << BigInt(constants.signals[name] - 1) : 0n;
    return `${field}:\t${bits.toString(16).padStart(16, "0")}`;
  };
  const fields = [line("SigBlk"), line("SigIgn"), line("SigCgt")];
  return `Name:\tx\nState:\tS (sleeping)\nNSpid:\t${pids}\nShdPnd:\t0\n${fields.join("\n")}\nCapInh:\t0\n`;
}

const table: [NodeJS.Signals, Masked, Verdict][] = [
  ["SIGINT", {}, "kill"],
  ["SIGTERM", {}, "kill"],
  ["SIGQUIT", {}, "kill"],
  ["SIGUSR1", {}, "kill"],
  ["SIGSYS", {}, "kill"],
  ["SIGTERM", { SigCgt: "SIGTERM" }, "deliver"],
  ["SIGTERM", { SigCgt: "SIGINT" }, "kill"],
  ["SIGTERM", { SigIgn: "SIGTERM" }, "drop"],
  ["SIGTERM", { SigBlk: "SIGTERM" }, "deliver"],
  ["SIGTERM", { SigBlk: "SIGTERM", SigIgn: "SIGTERM" }, "deliver"],
  ["SIGHUP", { SigIgn: "SIGHUP" }, "drop"],
  ["SIGSYS", { SigCgt: "SIGSYS" }, "deliver"],
  ["SIGHUP", { SigCgt: "SIGHUP" }, "deliver"],
  ["SIGURG", {}, "drop"],
  ["SIGWINCH", {}, "drop"],
  ["SIGWINCH", { SigCgt: "SIGWINCH" }, "deliver"],
  ["SIGTSTP", {}, "drop"],
  ["SIGTSTP", { SigCgt: "SIGTSTP" }, "deliver"],
  ["SIGCONT", {}, "deliver"],
  ["SIGKILL", {}, "deliver"],
  ["SIGSTOP", {}, "deliver"],
];

for (const [name, masks, expected] of table) {
  const when = Object.entries(masks).map(([field, signal]) => `${field} has ${signal}`);
  test(`${name} to a pid 1 ${when.join(", ") || "with defaults"}: ${expected}`, () => {
    assert.is(verdict(status("4711 1", masks), constants.signals[name]), expected);
  });
}

test("a process without a pid namespace of its own gets every signal", () => {
  for (const pids of ["4711", "1", "4711 12"]) {
    assert.is(verdict(status(pids, {}), constants.signals.SIGTERM), "deliver", pids);
  }
});

test("the keyboard's stop signals do not reach a process that does not handle them", () => {
  for (const name of ["SIGTSTP", "SIGTTIN", "SIGTTOU"] as const) {
    assert.is(verdict(status("4711", {}), constants.signals[name]), "drop", name);
    assert.is(verdict(status("4711", { SigCgt: name }), constants.signals[name]), "deliver", name);
  }
});

test("pid 1 of a namespace in a namespace is pid 1", () => {
  assert.is(verdict(status("4711 12 1", {}), constants.signals.SIGTERM), "kill");
});

test.run();
