import { quote } from "../quote.ts";
import type { At } from "./value.ts";
import { named, record, string, wrong } from "./value.ts";

/** A name has dots between its parts, or slashes when a part has dots itself (sysctl(8)): net/ipv4/conf/eth0.1/forwarding. */
const dotted = /^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_*-]+)+$/;
const slashed = /^[A-Za-z0-9_*.-]+(\/[A-Za-z0-9_*.-]+)+$/;

/** Printable ASCII and tabs, less `+` and `=`. */
const plain = /^[\t -*,-<>-~]*$/;

/**
 * config-linux.md#sysctl. Names become paths below /proc/sys, so `..` must not be among their parts; in values the
 * separators of other tools have no business: with `+` CRI-O was made to set core_pattern (CVE-2022-0811).
 */
export function checkSysctl(at: At): Record<string, string> | undefined {
  return record(at, (place, name) => {
    const parts = name.split("/");
    const legal = dotted.test(name) || slashed.test(name);
    if (!legal || parts.includes("..") || parts.includes(".")) {
      return wrong(place, `${quote(name)} is not the name of a sysctl`);
    }
    const value = string(place);
    if (value === undefined || plain.test(value)) return value;
    return wrong(place, `${named(place)} is ${quote(value)}, with a character that no sysctl has`);
  });
}
