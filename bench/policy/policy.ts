/**
 * How long the policy engine takes: a whole plan for what Docker asks of a runtime by default, and the engine's start.
 * Nothing is launched. The ratio is to the plan without a filter of system calls.
 */
import { readFileSync } from "node:fs";
import { decide } from "../../runtime/policy/decide.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { probe } from "../../shim/facts/probe.ts";
import type { Figures } from "../launch/launch.ts";
import { dockerSpec } from "./docker.ts";

const batch = 100;

export async function policyCase(runs: number): Promise<Figures[]> {
  const facts = probe();
  const docker = dockerSpec();
  const { seccomp: _, ...linux } = docker.linux ?? {};
  const bare: Spec = { ...docker, linux };
  let unique = 0;
  /** Another profile each time: nothing that was seen before. */
  const fresh = (): Spec => {
    const seccomp = docker.linux?.seccomp;
    if (!seccomp) throw new Error("Docker's spec has a profile");
    const defaultErrnoRet = 1 + (unique++ % 4000);
    return { ...docker, linux: { ...linux, seccomp: { ...seccomp, defaultErrnoRet } } };
  };
  const specs = Array.from({ length: batch }, fresh);
  const cases: [string, (n: number) => void][] = [
    ["plan, no filter", () => decide({ spec: bare, facts, id: "bench" })],
    ["plan, Docker's filter as before", () => decide({ spec: docker, facts, id: "bench" })],
    ["plan, a filter never seen", (n) => decide({ spec: specs[n] as Spec, facts, id: "bench" })],
    [
      "plan, wrun's own filter",
      () => decide({ spec: bare, facts, id: "bench", defaultSeccomp: true }),
    ],
    ["start of the engine", () => start()],
  ];
  for (let i = 0; i < 30; i++) for (const [, run] of cases) for (let n = 0; n < 20; n++) run(n);
  const times = cases.map((): number[] => []);
  for (let i = 0; i < runs; i++) {
    specs.splice(0, batch, ...specs.map(fresh));
    cases.forEach(([, run], index) => {
      const begin = performance.now();
      for (let n = 0; n < batch; n++) run(n);
      times[index]?.push((performance.now() - begin) / batch);
    });
  }
  const medians = times.map((list) => quantile(list, 0.5));
  return cases.map(([name], index) => {
    const list = times[index] ?? [];
    const p50_ms = medians[index] ?? 0;
    return {
      name,
      runs,
      p50_ms,
      p90_ms: quantile(list, 0.9),
      min_ms: Math.min(...list),
      ratio: p50_ms / (medians[0] ?? 1),
    };
  });
}

const core = Uint8Array.from(readFileSync("dist/policy.core.wasm"));

function start(): void {
  new WebAssembly.Instance(new WebAssembly.Module(core), {});
}

function quantile(list: readonly number[], at: number): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length * at)] ?? 0;
}
