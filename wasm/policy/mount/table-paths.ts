// What no container needs to see or to change of the host: linux.maskedPaths and linux.readonlyPaths by default.

/** As `runc spec` has them. */
export const MASKED: string[] = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/sys/firmware",
  "/proc/scsi",
];

/**
 * Side channels that `runc spec` leaves open. Interrupt counts tell keystrokes, powercap is a power meter (CVE-2020-8694,
 * PLATYPUS); thermal_throttle of each processor is added by number.
 */
export const SIDE_CHANNELS: string[] = ["/proc/interrupts", "/sys/devices/virtual/powercap"];

export const READONLY: string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];
