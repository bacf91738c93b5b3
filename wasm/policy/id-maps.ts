// uid and gid maps of user namespaces, and who may write them: `man 7 user_namespaces`, `man 1 newuidmap`.

import {
  IdMapsExtent as Extent,
  IdMapsFacts,
  IdMapsMapping as Mapping,
  IdMapsPlan,
  IdMapsWhich as Which,
  IdMapsWriter as Writer,
  Problem,
  ProblemCode,
} from "../generated/as/types";
import { Opt, Result } from "../generated/as/cabi";
import { clip, lowestFit } from "./extents";
import { done, fail, ownOnly } from "./id-map/answer";
import { gather } from "./id-map/gather";
import { Side } from "./id-map/side";
import { cutAtBorders } from "./id-map/split";
import { LINES_MOST, check, textOf } from "./mappings";
import { problem, report } from "./report";

export { compose, inverse } from "./id-map/compose";
export { gather } from "./id-map/gather";
export { keep } from "./id-map/keep";
export { mount } from "./id-map/mount";
export { split } from "./id-map/split";

/**
 * Where root's automatic ranges come from, beside those that /etc/subuid has for root.
 *
 * systemd keeps 0x80000-0x6fffffff for containers (systemd.io/UIDS-GIDS); login.defs hands 100000-600100000 to users as
 * subordinate ids, so that a container of root's must not be there: its files would be that user's. 600113152 is the
 * first multiple of 65536 past it.
 */
const POOL_START: u32 = 600113152;
const POOL_END: u32 = 1879048192;

export function validate(map: Mapping[], pageSize: u32, pointer: string): Problem[] {
  return check(map, pageSize, pointer);
}

export function text(map: Mapping[]): string {
  return textOf(map);
}

export function toHost(id: u32, map: Mapping[]): Opt<u32> | null {
  for (let i: i32 = 0; i < map.length; i++) {
    const line = map[i];
    if (id >= line.containerId && id - line.containerId < line.size)
      return new Opt<u32>(line.hostId + (id - line.containerId));
  }
  return null;
}

export function toContainer(id: u32, map: Mapping[]): Opt<u32> | null {
  for (let i: i32 = 0; i < map.length; i++) {
    const line = map[i];
    if (id >= line.hostId && id - line.hostId < line.size)
      return new Opt<u32>(line.containerId + (id - line.hostId));
  }
  return null;
}

export function cut(size: u32, pool: Extent[], taken: Extent[]): Result<Extent, Problem> {
  if (size == 0)
    return Result.err<Extent, Problem>(
      problem(ProblemCode.Invalid, "", "a range of `0` ids is asked for"),
    );
  const start = lowestFit(size, pool, taken);
  if (start < 0)
    return Result.err<Extent, Problem>(
      problem(
        ProblemCode.TooMany,
        "",
        `no \`${size}\` ids in a row are left in the pool`,
        "remove containers that are not needed, ask for fewer ids, or widen the pool",
      ),
    );
  return Result.ok<Extent, Problem>(new Extent(<u32>start, size));
}

function automaticRoot(side: Side, size: u32, taken: Extent[]): Result<IdMapsPlan, Problem[]> {
  const pool = side.granted.concat([new Extent(POOL_START, POOL_END - POOL_START)]);
  const own = side.granted.length ? `root's ranges in ${side.file} and ` : "";
  const source = `${own}${POOL_START}-${POOL_END - 1}, which belong to no user`;
  const pieces = clip(pool, side.parent);
  if (pieces.length == 0)
    return fail([
      problem(
        ProblemCode.Unsupported,
        "",
        `the user namespace that wrun runs in has no ${side.id} of ${source}`,
        `give the map with --${side.id}map, or widen the map of the surrounding container`,
      ),
    ]);
  const range = cut(size, pieces, taken);
  // In one piece where that is possible: a line of uid_map each, and a kernel that searches them.
  const ranges = range.isErr ? gather(size, pieces, taken) : single(range.value);
  if (ranges.isErr) return fail([ranges.error]);
  const map = stacked(ranges.value);
  const places = ranges.value.map<string>((each) => `${each.start}-${each.start + each.size - 1}`);
  const rule = `${side.id}s 0-${size - 1} are ${places.join(", ")}, the lowest free ${size} of ${source}`;
  return done(map, Writer.Direct, false, rule, "");
}

function single(extent: Extent): Result<Extent[], Problem> {
  return Result.ok<Extent[], Problem>([extent]);
}

/** Ids from 0 on, one range after the other. */
function stacked(ranges: Extent[]): Mapping[] {
  const map: Mapping[] = [];
  let next: u32 = 0;
  for (let i: i32 = 0; i < ranges.length; i++) {
    map.push(new Mapping(next, ranges[i].start, ranges[i].size));
    next += ranges[i].size;
  }
  return map;
}

function automaticUser(side: Side, size: u32, pageSize: u32): Result<IdMapsPlan, Problem[]> {
  if (side.granted.length == 0) return ownOnly(side, 0, `this user has no ranges in ${side.file}`);
  if (!side.helper)
    return ownOnly(side, 0, `${side.tool} is not installed with the right to write a map`);
  const map: Mapping[] = [new Mapping(0, side.own, 1)];
  let next: u32 = 1;
  const pieces = clip(side.granted, side.parent);
  for (let i: i32 = 0; i < pieces.length && next < size && map.length < LINES_MOST; i++) {
    const count = min<u32>(pieces[i].size, size - next);
    map.push(new Mapping(next, pieces[i].start, count));
    next += count;
  }
  if (next == 1)
    return ownOnly(
      side,
      0,
      size > 1 ? `the ranges in ${side.file} are not mapped where wrun runs` : "one is asked for",
    );
  const problems = check(map, pageSize, "");
  if (problems.length) return fail(problems);
  const rule = `${side.id} 0 is wrun's own ${side.own}, ${side.id}s 1-${next - 1} are this user's in ${side.file}`;
  return done(map, Writer.Helper, false, rule, "");
}

export function automatic(
  which: Which,
  size: u32,
  taken: Extent[],
  host: IdMapsFacts,
): Result<IdMapsPlan, Problem[]> {
  const side = new Side(which, host);
  if (size == 0) return fail([problem(ProblemCode.Invalid, "", "a map of `0` ids is asked for")]);
  return host.privileged
    ? automaticRoot(side, size, taken)
    : automaticUser(side, size, host.pageSize);
}

function checkGranted(side: Side, map: Mapping[], pointer: string, problems: Problem[]): void {
  for (let i: i32 = 0; i < map.length; i++) {
    const line = map[i];
    if (side.grants(line)) continue;
    report(
      problems,
      ProblemCode.Unsupported,
      `${pointer}/${i}/hostID`,
      `host ${side.id}s \`${line.hostId}\`-\`${line.hostId + line.size - 1}\` are not this user's to map`,
      `have root add the line ${side.user}:${line.hostId}:${line.size} to ${side.file}, or run wrun as root`,
    );
  }
  if (!problems.length && !side.helper)
    report(
      problems,
      ProblemCode.Absent,
      pointer,
      `\`${side.tool}\` is not installed with the right to write a map of more than the own id`,
      "install it (package uidmap or shadow), or map one id only: 0 to " + side.own.toString(),
    );
}

function addAll(problems: Problem[], more: Problem[]): void {
  for (let i: i32 = 0; i < more.length; i++) problems.push(more[i]);
}

export function explicit(
  which: Which,
  map: Mapping[],
  host: IdMapsFacts,
  pointer: string,
): Result<IdMapsPlan, Problem[]> {
  const problems = check(map, host.pageSize, pointer);
  if (problems.length) return fail(problems);
  const side = new Side(which, host);
  const pieces = cutAtBorders(map, side.parent, pointer, problems);
  const cuts =
    pieces.length == map.length
      ? ""
      : `, cut into ${pieces.length} lines where the map that wrun runs under has its borders`;
  // The lines are more now.
  if (!problems.length && cuts.length) addAll(problems, check(pieces, host.pageSize, pointer));
  if (host.privileged) {
    if (problems.length) return fail(problems);
    return done(
      pieces,
      Writer.Direct,
      false,
      `the ${side.id} map as given${cuts}, written by wrun with CAP_SET${side.isGid ? "GID" : "UID"}`,
      pointer,
    );
  }
  if (side.isOwn(map)) {
    if (problems.length) return fail(problems);
    return done(
      map,
      Writer.OwnId,
      side.isGid,
      `the ${side.id} map as given: its one id is wrun's own`,
      pointer,
    );
  }
  checkGranted(side, map, pointer, problems);
  if (problems.length) return fail(problems);
  return done(
    pieces,
    Writer.Helper,
    false,
    `the ${side.id} map as given${cuts}, written by ${side.tool} from this user's ranges`,
    pointer,
  );
}
