import { defaultPaths } from "../policy/paths.ts";
import {
  cgroupMount,
  deviceMounts,
  path_default,
  procMount,
  spec_capabilities,
  sysBind,
  sysfsMount,
} from "./table-default.ts";
import type { NamespaceType, Spec } from "./types.ts";

/** All that is written uses nothing newer, so that older runtimes take it too. */
export const oci_version = "1.0.2";

export interface DefaultSpecOptions {
  /** The caller's ids, mapped to 0: the spec for an ordinary user (`wrun spec --rootless`). */
  rootless?: { uid: number; gid: number };
  /** Does the host have cgroup v2 alone? Then the container gets a cgroup namespace, as with runc. */
  cgroupNamespace?: boolean;
}

/**
 * What `wrun spec` prints: a bundle that runs `sh` in `rootfs`, with the content of `runc spec`.
 *
 * Equal on purpose: such a bundle must give the same container under wrun, runc and crun.
 */
export function defaultSpec(options: DefaultSpecOptions = {}): Spec {
  const { rootless } = options;
  const own: NamespaceType[] = rootless ? ["pid", "ipc", "uts", "mount"] : host_namespaces;
  const kinds = options.cgroupNamespace ? [...own, "cgroup" as const] : [...own];
  if (rootless) kinds.push("user");
  return {
    ociVersion: oci_version,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: [path_default, "TERM=xterm"],
      cwd: "/",
      capabilities: {
        bounding: [...spec_capabilities],
        effective: [...spec_capabilities],
        permitted: [...spec_capabilities],
      },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "wrun",
    mounts: [procMount, ...deviceMounts(!rootless), rootless ? sysBind : sysfsMount, cgroupMount],
    linux: {
      ...(rootless
        ? {
            uidMappings: [{ containerID: 0, hostID: rootless.uid, size: 1 }],
            gidMappings: [{ containerID: 0, hostID: rootless.gid, size: 1 }],
          }
        : { resources: { devices: [{ allow: false, access: "rwm" }] } }),
      namespaces: kinds.map((type) => ({ type })),
      ...defaultPaths(),
    },
  };
}

const host_namespaces: NamespaceType[] = ["pid", "network", "ipc", "uts", "mount"];

/**
 * A spec as the text of config.json. JSON has the number that RLIM_INFINITY is, and others of 64 bits; a `number` has
 * not. No other property of a spec is called soft or hard and is a number.
 */
export function specText(spec: Spec): string {
  const replacer = (key: string, value: unknown) => {
    if (typeof value === "bigint") return `${number_mark}${value}`;
    return value === -1 && (key === "soft" || key === "hard")
      ? `${number_mark}18446744073709551615`
      : value;
  };
  const text = JSON.stringify(spec, replacer, 2);
  return `${text.replace(/"\\u0000(\d+)"/g, "$1")}\n`;
}

/** Not to be found in a checked spec: a NUL is refused in every string of one. */
const number_mark = "\0";
