// The devices that every container may use, as runc and crun allow them after whatever the spec says.

import { DevicesAccess as Access, DevicesKind as Kind } from "../../generated/as/types";
import { because } from "../report";
import { ANY, BUILT_IN, Entry, RWM } from "./entry";

function builtIn(kind: Kind, major: i64, minor: i64, access: u32, rule: string): Entry {
  return new Entry(true, kind, major, minor, access, BUILT_IN, because(rule));
}

function device(major: i64, minor: i64, name: string): Entry {
  return builtIn(
    Kind.Char,
    major,
    minor,
    RWM,
    `every container has ${name} (config-linux.md#default-devices)`,
  );
}

const MADE = "a node may be made, which is not to say opened, as under runc and crun";

/**
 * Appended to the rules of the spec, which cannot take them away.
 *
 * A node that can be made cannot be opened for that; whoever unpacks an image makes nodes, and overlayfs makes a
 * whiteout (0:0) of each deleted file. 10:200 is in no specification, but runc 1.2.0 dropped it and had to take it back:
 * tunnels in containers broke, and their makers have no way to ask for it. It opens a network device of the container's
 * own network namespace only. 5:1, which crun adds, is the host's console: a container's /dev/console is a pty.
 */
export const BUILT_INS: Entry[] = [
  builtIn(Kind.Char, ANY, ANY, Access.Mknod, MADE),
  builtIn(Kind.Block, ANY, ANY, Access.Mknod, MADE),
  device(1, 3, "/dev/null"),
  device(1, 5, "/dev/zero"),
  device(1, 7, "/dev/full"),
  device(1, 8, "/dev/random"),
  device(1, 9, "/dev/urandom"),
  device(5, 0, "/dev/tty"),
  device(5, 2, "/dev/ptmx"),
  device(136, ANY, "/dev/pts and with it /dev/console"),
  builtIn(Kind.Char, 10, 200, RWM, "every container may use /dev/net/tun, as under runc"),
];
