import { call } from "./libc.ts";

/** Random bytes by getrandom(2), at most 256: node:crypto would take 5 ms to load for the same. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  call("getrandom", [bytes, count, 0]);
  return bytes;
}
