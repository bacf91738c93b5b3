// keep-id: a user's own id is the same inside, so that files made in a container are his and look so on both sides.

import {
  IdMapsExtent as Extent,
  IdMapsFacts,
  IdMapsMapping as Mapping,
  IdMapsPlan,
  IdMapsWhich as Which,
  IdMapsWriter as Writer,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { Opt, Result } from "../../generated/as/cabi";
import { ID_END, clip } from "../extents";
import { LINES_MOST, check } from "../mappings";
import { problem } from "../report";
import { done, fail, ownOnly } from "./answer";
import { Side } from "./side";

/** Maps ids from 0 on to the pieces, at most `size`, passing over `inside`. */
function around(inside: u32, size: u32, pieces: Extent[]): Mapping[] {
  const map: Mapping[] = [];
  let next: u64 = 0;
  let left: u64 = size;
  for (let i: i32 = 0; i < pieces.length; i++) {
    let start: u64 = pieces[i].start;
    const end = start + pieces[i].size;
    while (start < end && left && map.length < LINES_MOST - 1) {
      if (next == inside) next++;
      const room = next < inside ? <u64>inside - next : ID_END - next;
      const count = min<u64>(min<u64>(end - start, left), room);
      if (count == 0) return map;
      map.push(new Mapping(<u32>next, <u32>start, <u32>count));
      start += count;
      next += count;
      left -= count;
    }
  }
  return map;
}

export function keep(
  which: Which,
  inside: Opt<u32> | null,
  size: u32,
  host: IdMapsFacts,
): Result<IdMapsPlan, Problem[]> {
  const side = new Side(which, host);
  if (size == 0) return fail([problem(ProblemCode.Invalid, "", "a map of `0` ids is asked for")]);
  if (host.euid == 0)
    return fail([
      problem(
        ProblemCode.Unsupported,
        "",
        `keep-id would give the container the host's \`root\``,
        "use `auto` for ids of its own, or run wrun as an ordinary user",
      ),
    ]);
  const own = inside ? inside.value : side.own;
  if (<u64>own >= ID_END)
    return fail([problem(ProblemCode.Invalid, "", `\`${own}\` is no ${side.id}`)]);
  if (!host.privileged && side.granted.length == 0)
    return ownOnly(side, own, `this user has no ranges in ${side.file}`);
  if (!host.privileged && !side.helper)
    return ownOnly(side, own, `${side.tool} is not installed with the right to write a map`);
  const map = around(own, size - 1, clip(side.granted, side.parent));
  if (map.length == 0) return ownOnly(side, own, `no ids of ${side.file} are to be had here`);
  const last = map[map.length - 1];
  const others = `the others up to ${last.containerId + last.size - 1} are this user's in ${side.file}`;
  map.push(new Mapping(own, side.own, 1));
  const problems = check(map, host.pageSize, "");
  if (problems.length) return fail(problems);
  return done(
    map,
    host.privileged ? Writer.Direct : Writer.Helper,
    false,
    `${side.id} ${own} is wrun's own ${side.own} (keep-id), ${others}`,
    "",
  );
}
