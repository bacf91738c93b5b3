/** The whole checklist of `wrun doctor`. */
import { cgroupChecks } from "./cgroups.ts";
import { type Check, check, type Host } from "./check.ts";
import { filesystemChecks } from "./filesystems.ts";
import { kernelChecks } from "./kernel.ts";
import { userChecks } from "./users.ts";

/** Pure: what this host can and cannot do, in the order in which one would repair it. */
export function diagnose(host: Host): Check[] {
  return [
    ...wrunChecks(host),
    ...kernelChecks(host),
    ...userChecks(host),
    ...cgroupChecks(host),
    ...filesystemChecks(host),
    ...securityChecks(host),
    ...terminalChecks(host),
  ];
}

/** Is nothing missing that every container needs. */
export function isFit(checks: readonly Check[]): boolean {
  return checks.every(({ needed, answer }) => !needed || answer !== "no");
}

function wrunChecks({ init, facts }: Host): Check[] {
  const why = init.present ? init.path : `there is no ${init.path}`;
  return [
    check("wrun", `init for ${facts.arch}`, init.present, why, {
      needed: true,
      remedy: "install the package again; in a working copy: shim/native/build.sh",
    }),
  ];
}

function securityChecks({ facts }: Host): Check[] {
  const modules = facts.lsm.join(", ") || "none, or /sys/kernel/security is not readable";
  return [
    check("security", "seccomp", facts.seccomp, facts.seccomp ? "filters can be set" : "none", {
      remedy: "the kernel needs CONFIG_SECCOMP_FILTER",
    }),
    check("security", "security modules", facts.lsm.length > 0 ? true : "unknown", modules),
  ];
}

function terminalChecks({ terminal }: Host): Check[] {
  const here = terminal.here ? "this is one" : "standard input is none, so no -t from here";
  return [
    check("terminal", "terminal", terminal.here, here, { remedy: "leave -t out" }),
    check("terminal", "/dev/ptmx", terminal.ptmx, terminal.ptmx ? "for -t" : "missing, so no -t", {
      remedy: "sudo mount -t devpts none /dev/pts -o ptmxmode=0666,newinstance",
    }),
  ];
}
