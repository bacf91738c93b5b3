// The two ways in which a map is answered.

import {
  IdMapsMapping as Mapping,
  IdMapsPlan,
  IdMapsWriter as Writer,
  Problem,
} from "../../generated/as/types";
import { Result } from "../../generated/as/cabi";
import { because } from "../report";
import { Side } from "./side";

export function fail(problems: Problem[]): Result<IdMapsPlan, Problem[]> {
  return Result.err<IdMapsPlan, Problem[]>(problems);
}

export function done(
  map: Mapping[],
  writer: Writer,
  deny: bool,
  rule: string,
  pointer: string,
): Result<IdMapsPlan, Problem[]> {
  return Result.ok<IdMapsPlan, Problem[]>(
    new IdMapsPlan(map, writer, deny, because(rule, pointer)),
  );
}

/** The map of one id, which needs no right: wrun's own, seen as `inside`. */
export function ownOnly(side: Side, inside: u32, reason: string): Result<IdMapsPlan, Problem[]> {
  const rule = `${side.id} ${inside} is wrun's own ${side.own}, and there is no other: ${reason}`;
  // setgroups has to be denied first, or dropping a group that a file excludes would be a way in (CVE-2014-8989).
  return done([new Mapping(inside, side.own, 1)], Writer.OwnId, side.isGid, rule, "");
}
