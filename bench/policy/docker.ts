/** What dockerd writes to config.json for `docker run busybox`, as far as the engine decides on it. */
import { adjustCapabilities } from "../../runtime/policy/capability.ts";
import { policy } from "../../runtime/policy/policy.ts";
import type { Seccomp, SeccompAction, SeccompOperator, Spec } from "../../runtime/spec/types.ts";
import type { SeccompProfile } from "../../wasm/generated/host.js";

/** Docker's fourteen. */
const capabilities = adjustCapabilities(
  [],
  [
    ...["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID"],
    ...["SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"],
  ],
  [],
);

export function dockerSpec(): Spec {
  return {
    ociVersion: "1.2.0",
    process: {
      cwd: "/",
      args: ["sh"],
      user: { uid: 0, gid: 0 },
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    hostname: "0123456789ab",
    linux: {
      cgroupsPath: "/docker/0123456789ab",
      namespaces: [
        ...[{ type: "mount" as const }, { type: "network" as const }, { type: "uts" as const }],
        ...[{ type: "pid" as const }, { type: "ipc" as const }, { type: "cgroup" as const }],
      ],
      resources: {
        devices: [
          { allow: false, access: "rwm" },
          ...[5, 3, 9, 8].map((minor) => ({ ...allowed, type: "c" as const, major: 1, minor })),
          { ...allowed, type: "c", major: 5, minor: 0 },
          { ...allowed, type: "c", major: 5, minor: 1 },
          { allow: false, type: "c", major: 10, minor: 229, access: "rwm" },
        ],
        memory: {},
        cpu: { shares: 0 },
        pids: { limit: 0 },
        blockIO: { weight: 0 },
      },
      sysctl: {
        "net.ipv4.ip_unprivileged_port_start": "0",
        "net.ipv4.ping_group_range": "0 2147483647",
      },
      seccomp: dockerProfile(),
    },
  };
}

const allowed = { allow: true, access: "rwm" };

/** Docker's profile is the engine's built-in one for its capabilities, with the two sub-architectures besides. */
function dockerProfile(): Seccomp {
  const profile = policy().seccomp.defaultProfile(0xa80425fbn, "x86-64");
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    syscalls: profile.rules.map(rule),
  };
}

function rule({ names, action, errno, conditions }: SeccompProfile["rules"][0]) {
  return {
    names,
    action: oci<SeccompAction>("ACT", action),
    ...(errno !== undefined && { errnoRet: errno }),
    args: conditions.map(({ index, value, valueTwo, op }) => ({
      index,
      value: Number(value),
      valueTwo: Number(valueTwo),
      op: oci<SeccompOperator>("CMP", op),
    })),
  };
}

function oci<T>(kind: string, word: string): T {
  return `SCMP_${kind}_${word.toUpperCase().replaceAll("-", "_")}` as T;
}
