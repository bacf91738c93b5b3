/** What this runtime can do, whatever the host can: features.md and features-linux.md of the runtime-spec. */
import { version } from "../package.json";
import { state_version } from "./hook/state.ts";
import { policy } from "./policy/policy.ts";
import { memoryFlags, memoryModes } from "./spec/attribute.ts";
import { hookKinds } from "./spec/check/hooks.ts";
import { namespaceTypes } from "./spec/check/linux.ts";
import { actions, flags, operators } from "./spec/check/seccomp.ts";

/** Those whose system calls the engine knows; others in a profile count for nothing. */
const architectures = ["X86", "X86_64", "X32", "ARM", "AARCH64"].map((name) => `SCMP_ARCH_${name}`);

/** From the tables that the commands work by. Plain data, to be printed as JSON. */
export function features() {
  return {
    ociVersionMin: "1.0.0",
    ociVersionMax: state_version,
    hooks: hookKinds,
    mountOptions: policy().mounts.names().sort(),
    linux: {
      namespaces: [...namespaceTypes].sort(),
      capabilities: policy().capabilities.names(),
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: [...actions].sort(),
        operators: [...operators].sort(),
        archs: architectures.sort(),
        knownFlags: flags,
        supportedFlags: flags,
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: true, schemata: true, enableMonitoring: true },
      memoryPolicy: { modes: memoryModes, flags: memoryFlags },
      mountExtensions: { idmap: { enabled: true } },
      netDevices: { enabled: true },
    },
    annotations: {
      "wrun.version": version,
      // By runc's name: callers look for it.
      "org.opencontainers.runc.checkpoint.enabled": "true",
    },
    // A file of options for CRIU, which runs as root.
    potentiallyUnsafeConfigAnnotations: ["org.criu.config"],
  };
}
