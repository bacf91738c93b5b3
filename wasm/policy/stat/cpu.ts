// The cpu controllers: cgroup-v2.rst "CPU Interface Files", cgroup-v1/cpuacct.rst, scheduler/sched-bwc.rst.

import { StatsCpu } from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { Reader, Source, v1, v2 } from "./reader";
import { number, words } from "./text";

/** v1 counts in nanoseconds. */
const NS: u64 = 1000;
/** cpuacct.stat counts in ticks of USER_HZ, which is 100 on all that Linux runs on but alpha and ia64. */
const TICK_US: u64 = 10000;

/** v1 first: on a hybrid host v2 has a cpu.stat too, of processes that are in its cgroup or not. */
function time(reader: Reader, field: string, sources: Source[]): Opt<u64> | null {
  return reader.count(`cpu.${field}`, sources);
}

function perCpu(reader: Reader): StaticArray<u64> | null {
  const reasons: string[] = [];
  const text = reader.text(false, "cpuacct.usage_percpu", reasons);
  if (text !== null) {
    const list = words(text);
    const times = new StaticArray<u64>(list.length);
    for (let i: i32 = 0; i < list.length; i++) {
      const value = number(list[i]);
      if (!value) reasons.push("`cpuacct.usage_percpu` has more than numbers");
      if (!value) break;
      times[i] = value.value / NS;
    }
    if (!reasons.length) return times;
  }
  reader.miss("cpu.per-cpu-us", reasons);
  return null;
}

export function cpuOf(reader: Reader): StatsCpu {
  const user = [v1("cpuacct.usage_user", "", 1, NS), v1("cpuacct.stat", "user", TICK_US)];
  const system = [v1("cpuacct.usage_sys", "", 1, NS), v1("cpuacct.stat", "system", TICK_US)];
  const usage = [v1("cpuacct.usage", "", 1, NS), v2("cpu.stat", "usage_usec")];
  const throttled = [v1("cpu.stat", "throttled_time", 1, NS), v2("cpu.stat", "throttled_usec")];
  const burst = [v1("cpu.stat", "burst_time", 1, NS), v2("cpu.stat", "burst_usec")];
  return new StatsCpu(
    time(reader, "usage-us", usage),
    time(reader, "user-us", user.concat([v2("cpu.stat", "user_usec")])),
    time(reader, "system-us", system.concat([v2("cpu.stat", "system_usec")])),
    perCpu(reader),
    time(reader, "periods", [v1("cpu.stat", "nr_periods"), v2("cpu.stat", "nr_periods")]),
    time(reader, "throttled-periods", [
      v1("cpu.stat", "nr_throttled"),
      v2("cpu.stat", "nr_throttled"),
    ]),
    time(reader, "throttled-us", throttled),
    time(reader, "bursts", [v1("cpu.stat", "nr_bursts"), v2("cpu.stat", "nr_bursts")]),
    time(reader, "burst-us", burst),
  );
}
