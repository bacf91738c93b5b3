// Mounts that show other ids than their file system has: config.md#mounts, `man 2 mount_setattr`, "ID-mapped mounts".

import {
  IdMapsFacts,
  IdMapsMapping as Mapping,
  IdMapsMountPlan as MountPlan,
  IdMapsMountRequest as MountRequest,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { Result } from "../../generated/as/cabi";
import { check } from "../mappings";
import { because, report } from "../report";
import { cutAtBorders } from "./split";

/** A map as the kernel takes it for the namespace of the mount. */
function checked(
  map: Mapping[],
  parent: Mapping[],
  host: IdMapsFacts,
  pointer: string,
  problems: Problem[],
): Mapping[] {
  const found = check(map, host.pageSize, pointer);
  const pieces = found.length ? map : cutAtBorders(map, parent, pointer, found);
  const isCut = !found.length && pieces.length != map.length;
  const all = isCut ? check(pieces, host.pageSize, pointer) : found;
  for (let i: i32 = 0; i < all.length; i++) problems.push(all[i]);
  return pieces;
}

function checkPair(request: MountRequest, pointer: string, problems: Problem[]): void {
  if (request.uids.length && request.gids.length) return;
  const missing = request.uids.length ? "gidMappings" : "uidMappings";
  report(
    problems,
    ProblemCode.Invalid,
    `${pointer}/${missing}`,
    `the mount has \`${request.uids.length ? "uidMappings" : "gidMappings"}\` and no \`${missing}\``,
    "config.md#mounts: one of them must be given along with the other",
  );
}

function checkContainer(request: MountRequest, pointer: string, problems: Problem[]): void {
  if (request.containerUids.length && request.containerGids.length) return;
  report(
    problems,
    ProblemCode.Invalid,
    `${pointer}/options`,
    `the mount is to be \`${request.recursive ? "ridmap" : "idmap"}\`, and neither it nor the container has id mappings`,
    "give the mount uidMappings and gidMappings, or the container a user namespace",
  );
}

function checkRight(host: IdMapsFacts, pointer: string, problems: Problem[]): void {
  if (host.privileged) return;
  report(
    problems,
    ProblemCode.Unsupported,
    pointer,
    "an id-mapped mount takes CAP_SYS_ADMIN where the file system was mounted",
    "run wrun as root, or leave the mapping out",
  );
}

export function mount(
  request: MountRequest,
  host: IdMapsFacts,
  pointer: string,
): Result<MountPlan | null, Problem[]> {
  const hasOwn = request.uids.length > 0 || request.gids.length > 0;
  if (!hasOwn && !request.asked) return Result.ok<MountPlan | null, Problem[]>(null);
  const problems: Problem[] = [];
  if (hasOwn) checkPair(request, pointer, problems);
  else checkContainer(request, pointer, problems);
  if (problems.length) return Result.err<MountPlan | null, Problem[]>(problems);
  const at = hasOwn ? pointer : "/linux";
  const uids = hasOwn ? request.uids : request.containerUids;
  const gids = hasOwn ? request.gids : request.containerGids;
  const uidMap = checked(uids, host.parentUids, host, at + "/uidMappings", problems);
  const gidMap = checked(gids, host.parentGids, host, at + "/gidMappings", problems);
  checkRight(host, pointer, problems);
  if (problems.length) return Result.err<MountPlan | null, Problem[]>(problems);
  const why = hasOwn
    ? because("the mount shows ids by its own mappings", `${pointer}/uidMappings`)
    : because(
        "the mount shows ids as the container's user namespace maps them",
        "/linux/uidMappings",
      );
  return Result.ok<MountPlan | null, Problem[]>(
    new MountPlan(uidMap, gidMap, request.recursive, why),
  );
}
