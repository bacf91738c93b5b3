// Ids from several pools.

import { IdMapsExtent as Extent, Problem, ProblemCode } from "../../generated/as/types";
import { Result } from "../../generated/as/cabi";
import { endOf, lowestFit, sorted } from "../extents";
import { LINES_MOST } from "../mappings";
import { problem } from "../report";

/** What is free of one pool, lowest first, until `size` ids are found. */
function takeFrom(pool: Extent, used: Extent[], size: u64, pieces: Extent[]): u64 {
  const end = endOf(pool);
  let found: u64 = 0;
  let at: u64 = pool.start;
  for (let j: i32 = 0; j <= used.length && found < size && at < end; j++) {
    const isLast = j == used.length;
    const stop = isLast ? end : min<u64>(used[j].start, end);
    if (stop > at) {
      const count = min<u64>(size - found, stop - at);
      pieces.push(new Extent(<u32>at, <u32>count));
      found += count;
      at = stop;
    }
    if (!isLast) at = max<u64>(at, <u64>used[j].start + used[j].size);
  }
  return found;
}

function refuse(message: string): Result<Extent[], Problem> {
  return Result.err<Extent[], Problem>(
    problem(
      ProblemCode.TooMany,
      "",
      message,
      "remove containers that are not needed, ask for fewer ids, or widen the pool",
    ),
  );
}

export function gather(size: u32, pools: Extent[], taken: Extent[]): Result<Extent[], Problem> {
  if (size == 0)
    return Result.err<Extent[], Problem>(
      problem(ProblemCode.Invalid, "", "a range of `0` ids is asked for"),
    );
  for (let i: i32 = 0; i < pools.length; i++) {
    const start = lowestFit(size, [pools[i]], taken);
    if (start >= 0) return Result.ok<Extent[], Problem>([new Extent(<u32>start, size)]);
  }
  const pieces: Extent[] = [];
  let left: u64 = size;
  for (let i: i32 = 0; i < pools.length && left && pieces.length <= LINES_MOST; i++)
    // Pools may overlap: what was taken from one is not free in the next.
    left -= takeFrom(pools[i], sorted(taken.concat(pieces)), left, pieces);
  if (left) return refuse(`no \`${size}\` ids are left in the pools, but \`${<u64>size - left}\``);
  if (pieces.length > LINES_MOST)
    return refuse(`\`${size}\` ids are left in \`${pieces.length}\` pieces: too many for a map`);
  return Result.ok<Extent[], Problem>(pieces);
}
