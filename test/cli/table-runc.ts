/** Flags of runc after the 1.1 that Debian 12 has, up to 1.5. */
export const newer_flags: Record<string, string[]> = {
  create: ["pidfd-socket"],
  run: ["pidfd-socket"],
  exec: ["pidfd-socket"],
  update: ["cpu-burst", "cpu-idle"],
  checkpoint: ["tcp-skip-in-flight", "link-remap"],
};
