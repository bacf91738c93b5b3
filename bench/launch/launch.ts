import { rmSync } from "node:fs";
import { makeBundle } from "./bundle.ts";
import { type Contender, contenders } from "./contender.ts";

export interface Figures {
  name: string;
  runs: number;
  p50_ms: number;
  p90_ms: number;
  min_ms: number;
  /** p50 over the p50 of the first contender. */
  ratio: number;
}

/** Launches the same bundle with each in turn, so that whatever else the machine does falls on all alike. */
export async function launchCase(runs: number): Promise<Figures[]> {
  const bundle = makeBundle();
  try {
    const all = contenders(bundle);
    const times = new Map(all.map((contender) => [contender, [] as number[]]));
    for (let run = -warm_up; run < runs; run++) {
      for (const contender of all) {
        const time_ms = await contender.once();
        if (run >= 0) times.get(contender)?.push(time_ms);
      }
    }
    const base = quantile(times.get(all[0] as Contender) ?? [], 0.5);
    return all.map((contender) => figures(contender.name, times.get(contender) ?? [], base));
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
}

const warm_up = 3;

/** Of each name, in order; the ratio is to `base`, to the first where that is missing. */
export function figuresOf(times: ReadonlyMap<string, number[]>, base: string): Figures[] {
  const [first = []] = times.values();
  const base_ms = quantile(times.get(base) ?? first, 0.5);
  return [...times].map(([name, list]) => figures(name, list, base_ms));
}

function figures(name: string, times: number[], base: number): Figures {
  const [p50_ms, p90_ms, min_ms] = [quantile(times, 0.5), quantile(times, 0.9), Math.min(...times)];
  return { name, runs: times.length, p50_ms, p90_ms, min_ms, ratio: p50_ms / base };
}

function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
