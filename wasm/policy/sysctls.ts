// linux.sysctl as files; config-linux.md#sysctl. namespace/sysctl.ts has the names, and to whom they belong.

import {
  Problem,
  ProblemCode,
  SysctlsSetting as Setting,
  SysctlsWrite as Write,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { isFile, pathOf } from "./namespace/sysctl";
import { because, quote, report, token } from "./report";

/** proc_sys_call_handler() in fs/proc/proc_sysctl.c takes less than KMALLOC_MAX_SIZE; nothing that is real comes near a page. */
const BYTES_MOST: i32 = 4095;

/**
 * Printable ASCII and tabs, less `+` and `=`: in values the separators of other tools have no business. With `+` CRI-O was
 * made to set core_pattern (CVE-2022-0811).
 */
function isPlain(value: string): bool {
  for (let i: i32 = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit == 0x2b || unit == 0x3d || unit > 0x7e || (unit < 0x20 && unit != 0x09)) return false;
  }
  return true;
}

export function decide(settings: Setting[]): Result<Write[], Problem[]> {
  const problems: Problem[] = [];
  const writes: Write[] = [];
  const seen = new Map<string, string>();
  for (let i: i32 = 0; i < settings.length; i++) {
    const name = settings[i].name;
    const value = settings[i].value;
    const pointer = "/linux/sysctl/" + token(name);
    const path = isFile(name) ? pathOf(name) : "";
    if (!path.length)
      report(
        problems,
        ProblemCode.Invalid,
        pointer,
        `sysctl ${quote(name)} is not a name below /proc/sys`,
      );
    else if (seen.has(path))
      report(
        problems,
        ProblemCode.Conflict,
        pointer,
        `sysctl ${quote(name)} and ${quote(seen.get(path))} are the same file`,
      );
    if (!isPlain(value))
      report(
        problems,
        ProblemCode.Invalid,
        pointer,
        `the value ${quote(value)} of sysctl ${quote(name)} has a character that no sysctl has`,
      );
    else if (value.length > BYTES_MOST)
      report(
        problems,
        ProblemCode.TooMany,
        pointer,
        `the value of sysctl ${quote(name)} is longer than ${BYTES_MOST} bytes`,
      );
    if (path.length) seen.set(path, name);
    writes.push(new Write(name, path, value, because(`written to /proc/sys/${path}`, pointer)));
  }
  return problems.length
    ? Result.err<Write[], Problem[]>(problems)
    : Result.ok<Write[], Problem[]>(writes);
}
