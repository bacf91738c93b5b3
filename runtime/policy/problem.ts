/** Problems of the policy engine as the one error of wrun. */
import { ComponentError, type Problem } from "../../wasm/generated/host.js";
import { type ErrorCode, WrunError } from "../error.ts";
import { forgetPolicy } from "./policy.ts";

/** Which interface of the engine a problem came from. */
export type Topic =
  | "namespaces"
  | "id-maps"
  | "cgroups"
  | "capabilities"
  | "devices"
  | "seccomp"
  | "rlimits"
  | "sysctls"
  | "rdt";

export interface Finding {
  topic: Topic;
  problem: Problem;
}

const codes: Record<Topic, ErrorCode> = {
  namespaces: "ERR_NAMESPACE",
  "id-maps": "ERR_IDMAP",
  cgroups: "ERR_CGROUP",
  capabilities: "ERR_CAPABILITY",
  devices: "ERR_CGROUP",
  seccomp: "ERR_SECCOMP",
  rlimits: "ERR_CONFIG_INVALID",
  sysctls: "ERR_CONFIG_INVALID",
  rdt: "ERR_RDT",
};

function codeOf({ topic, problem }: Finding): ErrorCode {
  if (problem.code === "denied") return "ERR_USERNS_DENIED";
  if (topic === "cgroups" && problem.code === "absent") return "ERR_CGROUP_CONTROLLER";
  if (topic === "rlimits" && problem.code === "unsupported") return "ERR_LAUNCH";
  return codes[topic];
}

/** Calls the engine; its problems are added to the findings, and the answer is then `undefined`. */
export function collect<Answer>(
  topic: Topic,
  findings: Finding[],
  ask: () => Answer,
): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof ComponentError)) {
      forgetPolicy();
      throw error;
    }
    for (const problem of [error.payload].flat() as Problem[]) findings.push({ topic, problem });
    return undefined;
  }
}

/** One error for all of them: whoever corrects the first should not have to run again to meet the second. */
export function problemError(findings: readonly [Finding, ...Finding[]]): WrunError {
  const [first, ...rest] = findings;
  const { message, hint, pointer } = first.problem;
  return new WrunError({
    code: codeOf(first),
    message,
    ...(rest.length > 0 && { because: `there is more: ${rest.map(sentence).join("; ")}` }),
    ...(hint !== "" && { hint }),
    ...(pointer !== "" && { pointer }),
  });
}

function sentence({ problem: { message, pointer } }: Finding): string {
  return pointer === "" ? message : `${message} (${pointer})`;
}

export function isSome(findings: Finding[]): findings is [Finding, ...Finding[]] {
  return findings.length > 0;
}
