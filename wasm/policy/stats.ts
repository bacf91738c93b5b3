// Statistics of a cgroup: the kernel's texts as one record, of one shape for v1, v2 and hybrid hosts.

import {
  StatsAbsence as Absence,
  StatsFile as File,
  StatsPids,
  StatsSample,
} from "../generated/as/types";
import { cpuOf } from "./stat/cpu";
import { ioOf } from "./stat/io";
import { memoryOf } from "./stat/memory";
import { hugePagesOf } from "./stat/pages";
import { pressureOf } from "./stat/pressure";
import { rdmaOf } from "./stat/rdma";
import { Reader, v1, v2 } from "./stat/reader";

/** Documentation/admin-guide/cgroup-v1/pids.rst; the files of both versions are the same. */
function pidsOf(reader: Reader): StatsPids {
  const events = [v2("pids.events", "max"), v1("pids.events", "max")];
  return new StatsPids(
    reader.count("pids.processes", [v2("pids.current"), v1("pids.current")]),
    reader.count("pids.peak", [v2("pids.peak"), v1("pids.peak")]),
    reader.limit("pids.limit", [v2("pids.max"), v1("pids.max")]),
    reader.count("pids.limit-events", events),
  );
}

export function parse(files: File[]): StatsSample {
  const absent: Absence[] = [];
  const reader = new Reader(files, absent);
  return new StatsSample(
    memoryOf(reader),
    cpuOf(reader),
    ioOf(reader),
    pidsOf(reader),
    hugePagesOf(reader),
    rdmaOf(reader),
    pressureOf(reader),
    absent,
  );
}
