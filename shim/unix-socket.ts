/** Unix sockets with a name in the file system, by the directory that they are in: a path has room for 108 bytes only. */
import { basename, dirname } from "node:path";
import { SyscallError } from "./error.ts";
import { Fd } from "./fd.ts";
import { open_flags, openDirectory } from "./files.ts";
import { call } from "./libc.ts";

const af_unix = 1;
const types = { stream: 1, datagram: 2 } as const;
type Type = keyof typeof types;
/** struct sockaddr_un: the family, and a path with its NUL. */
const path_bytes_max = 108;

/** A socket with this name, close-on-exec; a stream listens. Throws SyscallError EADDRINUSE where the name is taken. */
export function bindUnix(path: string, type: Type = "stream"): Fd {
  return named("bind", path, type, (socket) => {
    if (type === "stream") call("listen", [socket.number, backlog], path);
  });
}

/** Connects, close-on-exec. Throws SyscallError: ENOENT, or ECONNREFUSED when nobody listens any more. */
export function connectUnix(path: string, type: Type = "stream"): Fd {
  return named("connect", path, type);
}

const backlog = 8;

function named(
  what: "bind" | "connect",
  path: string,
  type: Type,
  then: (socket: Fd) => void = () => {},
): Fd {
  // `@` stands for the NUL that an abstract name begins with (unix(7)).
  using directory = path.startsWith("@") ? undefined : openDirectory(dirname(path));
  const name = directory
    ? `/proc/self/fd/${directory.number}/${basename(path)}\0`
    : path.replace("@", "\0");
  const address = socketAddress(name, path);
  const socket = new Fd(call("socket", [af_unix, types[type] | open_flags.cloexec, 0], path), path);
  try {
    call(what, [socket.number, address, address.length], path);
    then(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function socketAddress(text: string, path: string): Uint8Array {
  const bytes = Buffer.from(text);
  const toolong = 36;
  if (bytes.length > path_bytes_max) throw new SyscallError("bind", toolong, path);
  const address = new Uint8Array(2 + bytes.length);
  address[0] = af_unix;
  address.set(bytes, 2);
  return address;
}
