import { Fd } from "../../shim/fd.ts";
import { open_flags } from "../../shim/files.ts";
import { call } from "../../shim/libc.ts";

/** The next connection to a socket that listens. */
export function accept(listening: Fd): Fd {
  return new Fd(call("accept4", [listening.number, null, null, open_flags.cloexec]), "connection");
}
