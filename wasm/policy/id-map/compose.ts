// Maps of maps: a user namespace in a user namespace.

import { IdMapsMapping as Mapping, Problem } from "../../generated/as/types";
import { Result } from "../../generated/as/cabi";
import { check } from "../mappings";

function byContainer(a: Mapping, b: Mapping): i32 {
  return <i32>(a.containerId > b.containerId) - <i32>(a.containerId < b.containerId);
}

/** One way to write each map: sorted, and nothing in two lines that could be one. */
function normal(map: Mapping[]): Mapping[] {
  const list = map.sort(byContainer);
  const joined: Mapping[] = [];
  for (let i: i32 = 0; i < list.length; i++) {
    const line = list[i];
    const last = joined.length ? joined[joined.length - 1] : null;
    if (
      last &&
      <u64>last.containerId + last.size == <u64>line.containerId &&
      <u64>last.hostId + last.size == <u64>line.hostId
    )
      last.size += line.size;
    else joined.push(new Mapping(line.containerId, line.hostId, line.size));
  }
  return joined;
}

/** A namespace whose map is not written maps nothing, so the empty map is one. */
function checked(map: Mapping[], pointer: string): Problem[] {
  return map.length ? check(map, u32.MAX_VALUE, pointer) : [];
}

export function compose(inner: Mapping[], outer: Mapping[]): Result<Mapping[], Problem[]> {
  const problems = checked(inner, "/inner").concat(checked(outer, "/outer"));
  if (problems.length) return Result.err<Mapping[], Problem[]>(problems);
  const pieces: Mapping[] = [];
  for (let i: i32 = 0; i < inner.length; i++) {
    const a = inner[i];
    for (let j: i32 = 0; j < outer.length; j++) {
      const b = outer[j];
      const start = max<u64>(a.hostId, b.containerId);
      const end = min<u64>(<u64>a.hostId + a.size, <u64>b.containerId + b.size);
      if (start >= end) continue;
      pieces.push(
        new Mapping(
          a.containerId + <u32>(start - a.hostId),
          b.hostId + <u32>(start - b.containerId),
          <u32>(end - start),
        ),
      );
    }
  }
  return Result.ok<Mapping[], Problem[]>(normal(pieces));
}

export function inverse(map: Mapping[]): Mapping[] {
  return map.map<Mapping>((line) => new Mapping(line.hostId, line.containerId, line.size));
}
