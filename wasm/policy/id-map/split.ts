// Cutting the lines of a map where the map of the surrounding user namespace has its borders.

import { IdMapsMapping as Mapping, Problem, ProblemCode } from "../../generated/as/types";
import { Result } from "../../generated/as/cabi";
import { LINES_MOST, check } from "../mappings";
import { report } from "../report";

/** The line of `parent` that has this id inside; null when none has. */
function lineAt(id: u64, parent: Mapping[]): Mapping | null {
  for (let i: i32 = 0; i < parent.length; i++) {
    const start: u64 = parent[i].containerId;
    if (id >= start && id < start + parent[i].size) return parent[i];
  }
  return null;
}

/** Where the next line of `parent` begins, or `end`. */
function nextStart(id: u64, end: u64, parent: Mapping[]): u64 {
  let next = end;
  for (let i: i32 = 0; i < parent.length; i++) {
    const start: u64 = parent[i].containerId;
    if (start > id && start < next && parent[i].size) next = start;
  }
  return next;
}

function unmapped(start: u64, end: u64, pointer: string, problems: Problem[]): void {
  report(
    problems,
    ProblemCode.Unsupported,
    pointer,
    `host ids \`${start}\`-\`${end - 1}\` are not mapped in the user namespace that wrun runs in`,
    "choose ids that /proc/self/uid_map and gid_map have in their first column",
  );
}

function cutLine(
  line: Mapping,
  parent: Mapping[],
  pieces: Mapping[],
  pointer: string,
  problems: Problem[],
): void {
  const first: u64 = line.hostId;
  const end: u64 = first + line.size;
  for (let at = first; at < end && pieces.length <= LINES_MOST; ) {
    const around = lineAt(at, parent);
    const until = around
      ? min<u64>(end, <u64>around.containerId + around.size)
      : nextStart(at, end, parent);
    if (around)
      pieces.push(new Mapping(line.containerId + <u32>(at - first), <u32>at, <u32>(until - at)));
    else unmapped(at, until, pointer, problems);
    at = until;
  }
}

/**
 * The lines of a valid map, each cut so that it lies inside one line of `parent`, as map_write() wants it: two lines that
 * meet are two extents to the kernel, also where they could be one (containers/podman issue 8816).
 */
export function cutAtBorders(
  map: Mapping[],
  parent: Mapping[],
  pointer: string,
  problems: Problem[],
): Mapping[] {
  const pieces: Mapping[] = [];
  for (let i: i32 = 0; i < map.length; i++)
    cutLine(map[i], parent, pieces, `${pointer}/${i}/hostID`, problems);
  return pieces;
}

export function split(
  map: Mapping[],
  parent: Mapping[],
  pointer: string,
): Result<Mapping[], Problem[]> {
  const problems = check(map, u32.MAX_VALUE, pointer);
  if (problems.length) return Result.err<Mapping[], Problem[]>(problems);
  const pieces = cutAtBorders(map, parent, pointer, problems);
  if (!problems.length && pieces.length > LINES_MOST)
    report(
      problems,
      ProblemCode.TooMany,
      pointer,
      `the id map has more than ${LINES_MOST} lines when it is cut at the borders of the surrounding map`,
      "map fewer ids",
    );
  return problems.length
    ? Result.err<Mapping[], Problem[]>(problems)
    : Result.ok<Mapping[], Problem[]>(pieces);
}
