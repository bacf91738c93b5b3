/** Who wrun runs as, user namespaces, ranges of ids. */
import type { Facts } from "../../shim/facts/types.ts";
import { type Check, check, type Host, isAdmin, isPrivileged } from "./check.ts";

/** User namespaces are needed by whoever is not root, ranges of ids by nobody. */
export function userChecks({ facts }: Host): Check[] {
  return [privilegeCheck(facts), namespaceCheck(facts), rangeCheck(facts)];
}

function privilegeCheck(facts: Facts): Check {
  const { uid, name } = facts.user;
  const who = name === "" ? `uid ${uid}` : `${name} (uid ${uid})`;
  const where = facts.userNamespaces.initial
    ? ""
    : ", in a user namespace that somebody else made (inside a container?)";
  const rights = isAdmin(facts) ? "with CAP_SYS_ADMIN" : "without CAP_SYS_ADMIN";
  return check("users", "root of the host", isPrivileged(facts), `${who}, ${rights}${where}`, {
    remedy:
      "not needed: without it a container gets a user namespace and, of limits, what was delegated",
  });
}

interface Denial {
  why: string;
  remedy: string;
}

/**
 * What forbids this user to make a user namespace, and undefined when nothing does. `man 7 user_namespaces`;
 * unprivileged_userns_clone is a patch of Debian's, apparmor_restrict_unprivileged_userns is AppArmor's (Ubuntu 23.10).
 */
export function userNamespaceDenial(facts: Facts): Denial | undefined {
  const { max, unprivilegedClone, apparmorRestrict } = facts.userNamespaces;
  if (!facts.namespaces.includes("user"))
    return { why: "the kernel has none", remedy: "it needs CONFIG_USER_NS" };
  if (max === 0)
    return {
      why: "user.max_user_namespaces is 0",
      remedy: "sudo sysctl user.max_user_namespaces=15000",
    };
  if (isAdmin(facts)) return undefined;
  if (unprivilegedClone === 0)
    return {
      why: "kernel.unprivileged_userns_clone is 0",
      remedy: "sudo sysctl kernel.unprivileged_userns_clone=1",
    };
  if (apparmorRestrict !== null && apparmorRestrict > 0)
    return {
      why: `kernel.apparmor_restrict_unprivileged_userns is ${apparmorRestrict}: one can be made and has no rights in it`,
      remedy: apparmor_remedy,
    };
  return undefined;
}

/** A profile is by the path of the executable, and that of wrun is Node's own. */
const apparmor_remedy = [
  "allow it to Node, in /etc/apparmor.d/node, then `sudo apparmor_parser -r /etc/apparmor.d/node`:",
  "  abi <abi/4.0>,",
  "  include <tunables/global>",
  "  profile node /usr/bin/node flags=(unconfined) { userns, }",
  "or to everybody: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
].join("\n");

function namespaceCheck(facts: Facts): Check {
  const denial = userNamespaceDenial(facts);
  const why = denial?.why ?? `allowed${count(facts.userNamespaces.max)}`;
  return check("users", "user namespaces", denial === undefined, why, {
    needed: !isAdmin(facts),
    remedy: denial?.remedy ?? "",
  });
}

function count(max: number | null): string {
  return max === null ? "" : `, user.max_user_namespaces is ${max}`;
}

function rangeCheck(facts: Facts): Check {
  const name = "a range of ids";
  if (isPrivileged(facts)) return check("users", name, true, "root may map any ids");
  const { uids, gids, newuidmap, newgidmap } = facts.subordinate;
  const user = facts.user.name || String(facts.user.uid);
  const lacks: string[] = [];
  const remedies: string[] = [];
  if (uids.length === 0 || gids.length === 0) {
    const files = [uids.length === 0 && "/etc/subuid", gids.length === 0 && "/etc/subgid"];
    lacks.push(`no line for ${user} in ${files.filter(Boolean).join(" and ")}`);
    remedies.push(
      `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}   (a range nobody else has)`,
    );
  }
  if (newuidmap === null || newgidmap === null) {
    const tools = [newuidmap === null && "newuidmap", newgidmap === null && "newgidmap"];
    lacks.push(`${tools.filter(Boolean).join(" and ")} not installed, or without their rights`);
    remedies.push(
      "install the package uidmap (Debian), shadow-utils (Fedora) or shadow-uidmap (Alpine)",
    );
  }
  const sizes = `${total(uids)} uids and ${total(gids)} gids by ${newuidmap}`;
  const why = `${lacks.join("; ")}: a container has one id, that of root`;
  return check("users", name, lacks.length === 0, lacks.length === 0 ? sizes : why, {
    remedy: remedies.join("\n"),
  });
}

function total(ranges: readonly { size: number }[]): number {
  return ranges.reduce((sum, { size }) => sum + size, 0);
}
