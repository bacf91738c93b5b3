// Checks of one id map, as map_write() in kernel/user_namespace.c makes them, but all of them at once and by name.

import { IdMapsMapping as Mapping, Problem, ProblemCode } from "../generated/as/types";
import { ID_END } from "./extents";
import { report } from "./report";

/** UID_GID_MAP_MAX_EXTENTS, since Linux 4.15. */
export const LINES_MOST: i32 = 340;

export function textOf(map: Mapping[]): string {
  const lines = new Array<string>(map.length);
  for (let i: i32 = 0; i < map.length; i++)
    lines[i] = `${map[i].containerId} ${map[i].hostId} ${map[i].size}\n`;
  return lines.join("");
}

function startOf(line: Mapping, inside: bool): u32 {
  return inside ? line.containerId : line.hostId;
}

function byKey(a: u64, b: u64): i32 {
  return <i32>(a > b) - <i32>(a < b);
}

function checkOverlap(map: Mapping[], inside: bool, pointer: string, problems: Problem[]): void {
  const column = inside ? "container" : "host";
  const field = inside ? "containerID" : "hostID";
  const keys = new StaticArray<u64>(map.length);
  for (let i: i32 = 0; i < map.length; i++)
    keys[i] = ((<u64>startOf(map[i], inside)) << 32) | <u64>i;
  keys.sort(byKey);
  // The line that reaches furthest, not the one before: a long line can cover several short ones.
  let reach: u64 = 0;
  let owner: i32 = -1;
  for (let k: i32 = 0; k < map.length; k++) {
    const i = <i32>(keys[k] & 0xffffffff);
    const start = startOf(map[i], inside);
    if (owner >= 0 && <u64>start < reach && map[i].size)
      report(
        problems,
        ProblemCode.Conflict,
        `${pointer}/${i}/${field}`,
        `${column} ids from \`${start}\` overlap those of line ${owner}, which end at \`${reach - 1}\``,
        `an id can be mapped once: begin this line at \`${reach}\`, or end line ${owner} before \`${start}\``,
      );
    const end: u64 = <u64>start + map[i].size;
    if (end > reach) {
      reach = end;
      owner = i;
    }
  }
}

function checkLine(line: Mapping, pointer: string, problems: Problem[]): void {
  if (line.size == 0)
    report(problems, ProblemCode.Invalid, pointer + "/size", "the size of an id mapping is `0`");
  if (<u64>line.containerId + line.size > ID_END)
    report(
      problems,
      ProblemCode.Invalid,
      pointer + "/containerID",
      `container ids from \`${line.containerId}\`, \`${line.size}\` of them, pass the last id 4294967294`,
    );
  if (<u64>line.hostId + line.size > ID_END)
    report(
      problems,
      ProblemCode.Invalid,
      pointer + "/hostID",
      `host ids from \`${line.hostId}\`, \`${line.size}\` of them, pass the last id 4294967294`,
    );
}

export function check(map: Mapping[], pageSize: u32, pointer: string): Problem[] {
  const problems: Problem[] = [];
  if (map.length == 0) {
    report(problems, ProblemCode.Invalid, pointer, "the id map is empty");
    return problems;
  }
  if (map.length > LINES_MOST) {
    report(
      problems,
      ProblemCode.TooMany,
      pointer,
      `an id map of \`${map.length}\` lines: the kernel takes ${LINES_MOST}`,
      "join neighbouring lines into one",
    );
    return problems;
  }
  for (let i: i32 = 0; i < map.length; i++) checkLine(map[i], `${pointer}/${i}`, problems);
  checkOverlap(map, true, pointer, problems);
  checkOverlap(map, false, pointer, problems);
  // map_write refuses count >= PAGE_SIZE; with long numbers that comes before the 340 lines.
  const bytes = textOf(map).length;
  if (<u32>bytes >= pageSize)
    report(
      problems,
      ProblemCode.TooMany,
      pointer,
      `an id map of \`${bytes}\` bytes: the kernel takes less than one page of ${pageSize}`,
      "join neighbouring lines into one",
    );
  return problems;
}
