// cpu.shares (v1, 2-262144, default 1024) to cpu.weight (v2, 1-10000, default 100).

import { CgroupsWeightFormula as WeightFormula } from "../../generated/as/types";

export const SHARES_LEAST: u64 = 2;
export const SHARES_MOST: u64 = 262144;

/**
 * Only 1024 comes nearer to a whole number than this (it is exactly 100), so that rounding errors of pow(), which are
 * a thousand times smaller, change no other result. test/policy checks all 262,145 inputs against exact arithmetic.
 */
const SLACK: f64 = 1e-9;

function linear(shares: u64): u64 {
  return 1 + ((shares - SHARES_LEAST) * 9999) / (SHARES_MOST - SHARES_LEAST);
}

/** A parabola in log2(shares) through (2, 1), (1024, 100) and (262144, 10000). */
function quadratic(shares: u64): u64 {
  if (shares == SHARES_LEAST) return 1;
  if (shares == SHARES_MOST) return 10000;
  const l = Math.log2(<f64>shares);
  return <u64>Math.ceil(Math.pow(10, (l * l + 125 * l) / 612 - 7.0 / 34.0) - SLACK);
}

/** 0 is no request and stays 0; the rest is clamped as the kernel clamps cpu.shares. */
export function weight(shares: u64, formula: WeightFormula): u64 {
  if (shares == 0) return 0;
  const clamped = min<u64>(max<u64>(shares, SHARES_LEAST), SHARES_MOST);
  return formula == WeightFormula.Linear ? linear(clamped) : quadratic(clamped);
}
