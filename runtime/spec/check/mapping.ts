import type { IdMapping } from "../types.ts";
import { uint32_max } from "./limit.ts";
import { type At, field, integer, object, required } from "./value.ts";

/** Whether the numbers fit together is the policy engine's question (id-maps). */
export function mapping(at: At): IdMapping | undefined {
  if (object(at) === undefined) return undefined;
  const number = (name: string) =>
    required(field(at, name), (place) => integer(place, 0, uint32_max));
  const containerID = number("containerID");
  const hostID = number("hostID");
  const size = number("size");
  if (containerID === undefined || hostID === undefined || size === undefined) return undefined;
  return { containerID, hostID, size };
}
