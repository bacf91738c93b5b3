// Ranges of ids: sorting, clipping, and cutting one out of a pool.

import { IdMapsExtent as Extent, IdMapsMapping as Mapping } from "../generated/as/types";

/** 2^32 - 1 is `(uid_t) -1`, which means "no id" to the kernel: ranges end before it. */
export const ID_END: u64 = 0xffffffff;

export function endOf(extent: Extent): u64 {
  return min<u64>(<u64>extent.start + extent.size, ID_END);
}

function byStart(a: Extent, b: Extent): i32 {
  return <i32>(a.start > b.start) - <i32>(a.start < b.start);
}

export function sorted(extents: Extent[]): Extent[] {
  return extents.slice().sort(byStart);
}

/** More pieces than this come of no real /etc/subuid and no real map; it bounds the memory. */
const PIECES_MOST: i32 = 4096;

/** What the map of the surrounding user namespace leaves of a pool: each piece lies inside one line of that map. */
export function clip(pool: Extent[], parent: Mapping[]): Extent[] {
  const pieces: Extent[] = [];
  for (let i: i32 = 0; i < pool.length; i++) {
    for (let j: i32 = 0; j < parent.length; j++) {
      const start = max<u32>(pool[i].start, parent[j].containerId);
      const end = min<u64>(endOf(pool[i]), <u64>parent[j].containerId + parent[j].size);
      if (<u64>start < end && pieces.length < PIECES_MOST)
        pieces.push(new Extent(start, <u32>(end - start)));
    }
  }
  return pieces;
}

/** Does [start, start + size) lie inside the sorted ranges? Neighbouring ones count as one, as newuidmap counts them. */
export function isGranted(start: u32, size: u32, list: Extent[]): bool {
  const end: u64 = <u64>start + size;
  let reached: u64 = start;
  for (let i: i32 = 0; i < list.length && reached < end; i++)
    if (<u64>list[i].start <= reached) reached = max<u64>(reached, endOf(list[i]));
  return reached >= end;
}

/** The lowest start at which `size` ids fit into one extent of the pool beside what is taken; -1 when nowhere. */
export function lowestFit(size: u32, pool: Extent[], taken: Extent[]): i64 {
  const places = sorted(pool);
  const others = sorted(taken);
  for (let i: i32 = 0; i < places.length; i++) {
    let start: u64 = places[i].start;
    for (let j: i32 = 0; j < others.length && <u64>others[j].start < start + size; j++)
      if (others[j].size) start = max<u64>(start, <u64>others[j].start + others[j].size);
    if (start + size <= endOf(places[i])) return <i64>start;
  }
  return -1;
}
