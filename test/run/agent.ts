/** A seccomp agent, for tests: config-linux.md#the-container-process-state. */
import * as assert from "uvu/assert";
import { Fd } from "../../shim/fd.ts";
import { open_flags } from "../../shim/files.ts";
import { call } from "../../shim/libc.ts";
import { readable } from "../../shim/poll.ts";
import { receiveFds } from "../../shim/socket.ts";

export interface Told {
  notify: Fd;
  message: {
    ociVersion: string;
    pid: number;
    fds: string[];
    metadata?: string;
    state: Record<string, unknown>;
  };
}

/** Takes one connection, as an agent does. */
export async function told(listening: Fd): Promise<Told> {
  await readable(listening);
  using connection = new Fd(call("accept4", [listening.number, 0, 0, open_flags.cloexec]));
  await readable(connection);
  const { bytes, fds } = receiveFds(connection, { bytes_max: 40_000 });
  const [notify] = fds;
  if (!notify) throw new Error("no descriptor came");
  // One message, and then the end.
  await readable(connection);
  assert.is(receiveFds(connection).bytes.length, 0);
  return { notify, message: JSON.parse(Buffer.from(bytes).toString()) };
}

/** linux/seccomp.h */
const [notif_recv, notif_send] = [0xc0502100, 0xc0182101];

/** Answers the next call that is asked about with an errno; gives the pid that asks. */
export async function answer(notify: Fd, errno: number): Promise<number> {
  await readable(notify);
  const asked = new Uint8Array(80);
  call("ioctl", [notify.number, notif_recv, asked]);
  const view = new DataView(asked.buffer);
  const response = new DataView(new ArrayBuffer(24));
  response.setBigUint64(0, view.getBigUint64(0, true), true);
  response.setInt32(16, -errno, true);
  call("ioctl", [notify.number, notif_send, new Uint8Array(response.buffer)]);
  return view.getUint32(8, true);
}
