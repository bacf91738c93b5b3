/** What is done from outside in the network namespace of a container. */
import { errnoName } from "../../shim/errno.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { startInit } from "../../shim/init.ts";
import { decodeReport, encode, report_bytes } from "../../shim/program/encode.ts";
import { WrunError } from "../error.ts";
import { loopbackProgram } from "../launch/kernel-settings.ts";
import type { Linux } from "../spec/types.ts";
import { Child } from "./child.ts";

/** Brings up `lo` in the network namespace of a process, which a thread of Node cannot enter. Rejects with ERR_NAMESPACE. */
export async function raiseLoopbackOf(pid: number, facts: Facts): Promise<void> {
  const program = loopbackProgram(pid);
  using init = startInit(encode(program, facts.arch), []);
  const child = new Child(init.pid);
  try {
    const bytes = await init.channel.read(report_bytes);
    const report = bytes && decodeReport(bytes);
    if (report?.kind !== "failed") return;
    const { purpose } = program.steps[report.step] ?? {};
    const errno = errnoName(report.errno);
    const message = `cannot ${purpose?.say}: ${errno}`;
    throw new WrunError({ code: "ERR_NAMESPACE", message, errno });
  } finally {
    await child.end();
  }
}

/** linux.netDevices; loaded when there are any. Rejects with ERR_NAMESPACE. */
export async function moveDevices(
  devices: Linux["netDevices"],
  pid: number,
  facts: Facts,
): Promise<void> {
  if (!devices) return;
  const { moveNetDevices } = await import("./net-device.ts");
  await moveNetDevices(devices, pid, facts);
}
