/** `plan --explain-call`, `plan --explain-device`: which rule decides one system call, or access to one device. */
import { errnoName } from "../../../shim/errno.ts";
import type {
  DevicesAccess,
  DevicesMeans,
  DevicesNode,
  DevicesVerdict,
  SeccompAction,
  SeccompArch,
  SeccompVerdict,
} from "../../../wasm/generated/host.js";
import type { Plan } from "../../plan.ts";
import { policy } from "../../policy/policy.ts";
import { deviceRules } from "../../policy/request.ts";
import { seccompArch, seccompSource } from "../../policy/seccomp.ts";
import { quote } from "../../spec/quote.ts";
import type { Colors } from "../color.ts";
import { type Arguments, usageError } from "../flag.ts";
import { row } from "./decision.ts";
import { accessText, unenforced } from "./device.ts";

export interface ExplainedCall {
  /** "" for a number without a name. */
  name: string;
  number: number;
  arch: SeccompArch;
  arguments: bigint[];
  /** null without a filter. */
  verdict: SeccompVerdict | null;
}

export interface ExplainedDevice {
  node: DevicesNode;
  major: number;
  minor: number;
  /** What enforces the rules of this plan. */
  means: DevicesMeans;
  /** One for each rule that decides a part of the access. */
  verdicts: DevicesVerdict[];
}

export interface Explained {
  calls: ExplainedCall[];
  devices: ExplainedDevice[];
}

/** What the flags ask about; undefined when they ask for the whole plan. Throws ERR_USAGE. */
export function explained(given: Arguments, plan: Plan): Explained | undefined {
  const calls = given.lists.get("explain-call") ?? [];
  const devices = given.lists.get("explain-device") ?? [];
  if (calls.length + devices.length === 0) return undefined;
  return {
    calls: calls.map((text) => explainCall(text, plan)),
    devices: devices.map((text) => explainDevice(text, plan)),
  };
}

function explainCall(text: string, { facts, spec, decisions }: Plan): ExplainedCall {
  const arch = seccompArch(facts);
  const [word = "", ...values] = text.split(",");
  const { numberOf, nameOf, explain } = policy().seccomp;
  const number = integer(word, 32) ?? (/^\d|^$/.test(word) ? undefined : numberOf(word, arch));
  const given = values.map((value) => integer(value, 64));
  if (number === undefined || given.includes(undefined) || given.length > 6) {
    throw usageError(
      `\`--explain-call\` is ${quote(text)}, which is no system call of ${arch}`,
      "a name or a number, and after commas up to six arguments: `socket,38`",
    );
  }
  const profile = spec.linux?.seccomp;
  const source = decisions.seccomp && seccompSource(profile, true, decisions.capabilities.bounding);
  const asked = given as bigint[];
  const call = Number(number);
  const verdict = source ? explain(source, arch, arch, call, BigUint64Array.from(asked)) : null;
  return { name: nameOf(call, arch) ?? "", number: call, arch, arguments: asked, verdict };
}

/** Decimal or hexadecimal, of so many bits. */
function integer(text: string, bits: number): bigint | undefined {
  if (!/^(\d{1,20}|0x[\da-f]{1,16})$/i.test(text)) return undefined;
  const value = BigInt(text);
  return value >> BigInt(bits) === 0n ? value : undefined;
}

function explainDevice(text: string, { spec, decisions }: Plan): ExplainedDevice {
  const [, type, ...numbers] =
    /^([cb]) +(\d{1,10}):(\d{1,10})(?: +([rwm]{1,3}))?$/.exec(text) ?? [];
  const [major, minor] = numbers.slice(0, 2).map((each) => Number(each ?? Number.NaN));
  const most = 2 ** 32 - 1;
  if (major === undefined || minor === undefined || !(major <= most && minor <= most)) {
    throw usageError(
      `\`--explain-device\` is ${quote(text)}, which is no device`,
      "type, numbers and access as in devices.list: `c 10:200 rwm`",
    );
  }
  const node = type === "c" ? "char" : "block";
  const letters = numbers[2] ?? "rwm";
  const access: DevicesAccess = {
    read: letters.includes("r"),
    write: letters.includes("w"),
    mknod: letters.includes("m"),
  };
  const verdicts = policy().devices.explain(deviceRules(spec), node, major, minor, access);
  return { node, major, minor, means: decisions.devices.means, verdicts };
}

const actions: Record<SeccompAction, string> = {
  "kill-process": "kills the process",
  "kill-thread": "kills the thread",
  trap: "sends SIGSYS",
  errno: "fails with",
  trace: "asks the tracer",
  notify: "asks the listener",
  log: "is allowed and logged",
  allow: "is allowed",
};

/** A paragraph for each: what was asked, and below it each answer with its reason. */
export function explainedText({ calls, devices }: Explained, colors: Colors): string {
  const paragraphs = [
    ...calls.map((call) => [colors.bold(callText(call)), ...callLines(call, colors)]),
    ...devices.map((device) => [colors.bold(deviceText(device)), ...deviceLines(device, colors)]),
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function callText({ name, number, arch, arguments: given }: ExplainedCall): string {
  return `${name || "call"}(${given.join(", ")}), number ${number} on ${arch}`;
}

function callLines({ verdict }: ExplainedCall, colors: Colors): string[] {
  if (!verdict) return ["  is allowed: there is no filter"];
  const { action, errno, why } = verdict;
  const errnoText = action === "errno" ? ` ${errnoName(errno)}` : "";
  return row(actions[action] + errnoText, why, colors);
}

function deviceText({ node, major, minor }: ExplainedDevice): string {
  return `device ${node === "char" ? "c" : "b"} ${major}:${minor}`;
}

function deviceLines({ verdicts, means }: ExplainedDevice, colors: Colors): string[] {
  return [
    ...verdicts.flatMap(({ access, allow, why }) =>
      row(`${allow ? "allow" : "deny"} ${accessText(access)}`, why, colors),
    ),
    ...(means === "none" ? [`  ${unenforced}: nothing enforces it here`] : []),
  ];
}

/** For programs: numbers of 64 bits are decimal strings, since JSON numbers end at 2^53. */
export function explainedJson(made: Explained): string {
  const text = (_key: string, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value;
  return `${JSON.stringify(made, text)}\n`;
}
