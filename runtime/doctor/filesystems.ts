/** What a container's root, /proc and /tmp are made of. */
import type { Facts } from "../../shim/facts/types.ts";
import { type Check, check, type Host, isAdmin } from "./check.ts";

/** tmpfs and a full /proc are needed; overlay only by containers on the root of the host. */
export function filesystemChecks(host: Host): Check[] {
  return [tmpfsCheck(host), overlayCheck(host), procCheck(host.facts)];
}

function tmpfsCheck({ filesystems }: Host): Check {
  const present = filesystems.includes("tmpfs");
  return check(
    "filesystems",
    "tmpfs",
    present,
    present ? "for /dev, /tmp and /run" : "not in /proc/filesystems",
    {
      needed: true,
      remedy: "the kernel needs CONFIG_TMPFS",
    },
  );
}

/** In a user namespace since 5.11. Not there yet may only mean not loaded yet: mount(2) loads the module. */
function overlayCheck({ facts, filesystems }: Host): Check {
  const { major, minor, release } = facts.kernel;
  const old = !isAdmin(facts) && (major < 5 || (major === 5 && minor < 11));
  const name = "overlay";
  const use = "the throw-away layer over the host's root, when there is no --rootfs";
  if (old) {
    const why = `${release} has none for ordinary users (since 5.11): ${use}`;
    return check("filesystems", name, false, why, { remedy: "take --rootfs or --bundle" });
  }
  if (filesystems.includes(name)) return check("filesystems", name, true, use);
  return check("filesystems", name, "unknown", `not loaded, or not there: ${use}`, {
    remedy: "sudo modprobe overlay; without it take --rootfs or --bundle",
  });
}

/** On directories that the kernel itself makes to be mounted on; they hide nothing (is_empty_dir in fs/namespace.c). */
const harmless = new Set([
  "/proc/sys/fs/binfmt_misc",
  "/proc/fs/nfsd",
  "/proc/fs/nfs",
  "/proc/xen",
]);

/**
 * A user namespace may mount procfs only where a procfs is already visible in full: mount_too_revealing() in
 * fs/namespace.c. Container engines hide parts of theirs by mounts.
 */
function procCheck(facts: Facts): Check {
  const name = "/proc visible in full";
  const hidden = facts.mounts
    .map(({ point }) => point)
    .filter((point) => point.startsWith("/proc/") && !harmless.has(point));
  if (hidden.length === 0) return check("filesystems", name, true, "no mounts cover parts of it");
  const some = `${hidden.slice(0, 3).join(", ")}${hidden.length > 3 ? ` and ${hidden.length - 3} more` : ""}`;
  if (isAdmin(facts) && facts.userNamespaces.initial)
    return check(
      "filesystems",
      name,
      false,
      `mounts cover ${some}: a user namespace cannot mount its own`,
      {
        remedy:
          "take --userns host, or give the container around this one an unmasked /proc (docker: --security-opt systempaths=unconfined)",
      },
    );
  return check(
    "filesystems",
    name,
    false,
    `mounts cover ${some}: the kernel refuses another /proc here (EPERM)`,
    {
      needed: true,
      remedy:
        "this is a container: start it with an unmasked /proc (docker, podman: --security-opt systempaths=unconfined, unmask=ALL)",
    },
  );
}
