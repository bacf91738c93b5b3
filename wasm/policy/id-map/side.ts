// What of the facts concerns uids, or gids.

import {
  IdMapsExtent as Extent,
  IdMapsFacts,
  IdMapsMapping as Mapping,
  IdMapsWhich as Which,
} from "../../generated/as/types";
import { isGranted, sorted } from "../extents";

export class Side {
  /** The user, by number: both files are keyed by it, the gid one too (man 5 subgid). */
  user: u32;
  own: u32;
  parent: Mapping[];
  granted: Extent[];
  sorted: Extent[];
  helper: bool;
  isGid: bool;
  id: string;
  tool: string;
  file: string;

  constructor(which: Which, host: IdMapsFacts) {
    const isGid = which == Which.Gid;
    this.isGid = isGid;
    this.user = host.euid;
    this.own = isGid ? host.egid : host.euid;
    this.parent = isGid ? host.parentGids : host.parentUids;
    this.granted = isGid ? host.subgids : host.subuids;
    this.sorted = sorted(isGid ? host.subgids : host.subuids);
    this.helper = isGid ? host.newgidmap : host.newuidmap;
    this.id = isGid ? "gid" : "uid";
    this.tool = isGid ? "newgidmap" : "newuidmap";
    this.file = isGid ? "/etc/subgid" : "/etc/subuid";
  }

  /** May newuidmap write this line: ranges of /etc/subuid, or the one own id (verify_range in shadow's newuidmap.c). */
  grants(line: Mapping): bool {
    return (
      (line.size == 1 && line.hostId == this.own) || isGranted(line.hostId, line.size, this.sorted)
    );
  }

  /** Without CAP_SETUID the kernel takes one line of one id: the writer's own (new_idmap_permitted). */
  isOwn(map: Mapping[]): bool {
    return map.length == 1 && map[0].size == 1 && map[0].hostId == this.own;
  }
}
