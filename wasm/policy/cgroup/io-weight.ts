// blkio.weight (v1, 10-1000, default 500) to io.weight (v2, 1-10000, default 100).

import { CgroupsIoWeightFormula as IoWeightFormula } from "../../generated/as/types";

export const IO_LEAST: u64 = 10;
export const IO_MOST: u64 = 1000;
/** systemd's default of both, where the two halves of its curve meet. */
const KNEE: u64 = 100;

function linear(weight: u64): u64 {
  return 1 + ((weight - IO_LEAST) * 9999) / (IO_MOST - IO_LEAST);
}

function systemd(weight: u64): u64 {
  return weight <= KNEE ? weight : KNEE + ((weight - KNEE) * 9900) / (IO_MOST - KNEE);
}

/** 0 is no request and stays 0; the rest is clamped to what the runtime-spec allows. */
export function ioWeightOf(weight: u64, formula: IoWeightFormula): u64 {
  if (weight == 0) return 0;
  const clamped = min<u64>(max<u64>(weight, IO_LEAST), IO_MOST);
  return formula == IoWeightFormula.Systemd ? systemd(clamped) : linear(clamped);
}
