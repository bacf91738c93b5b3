/** The statistics files that the policy engine understands; those of huge pages have the page size in their names. */

export const v2_files = [
  "memory.current",
  "memory.peak",
  "memory.max",
  "memory.swap.current",
  "memory.swap.max",
  "memory.stat",
  "memory.events",
  "cpu.stat",
  "io.stat",
  "pids.current",
  "pids.peak",
  "pids.max",
  "pids.events",
  "rdma.current",
  "rdma.max",
  "cpu.pressure",
  "memory.pressure",
  "io.pressure",
  "irq.pressure",
];

export const v1_files = [
  "memory.usage_in_bytes",
  "memory.max_usage_in_bytes",
  "memory.limit_in_bytes",
  "memory.memsw.limit_in_bytes",
  "memory.stat",
  "memory.kmem.usage_in_bytes",
  "memory.kmem.tcp.usage_in_bytes",
  "memory.failcnt",
  "memory.oom_control",
  "cpu.stat",
  "cpuacct.usage",
  "cpuacct.usage_user",
  "cpuacct.usage_sys",
  "cpuacct.usage_percpu",
  "cpuacct.stat",
  "blkio.throttle.io_service_bytes_recursive",
  "blkio.throttle.io_serviced_recursive",
  "blkio.bfq.io_service_bytes_recursive",
  "blkio.bfq.io_serviced_recursive",
  "pids.current",
  "pids.peak",
  "pids.max",
  "pids.events",
  "rdma.current",
  "rdma.max",
];

/** hugetlb.2MB.current, hugetlb.1GB.rsvd.usage_in_bytes. */
export const huge_page_file =
  /^hugetlb\.\w+\.((rsvd\.)?current|max|events|(rsvd\.)?usage_in_bytes|max_usage_in_bytes|limit_in_bytes|failcnt)$/;
