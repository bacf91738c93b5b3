// Lines of the file `schemata`: RESOURCE:ID=VALUE;ID=VALUE... (resctrl.rst, "Schemata files").

import { Problem, ProblemCode, RdtRequest as Request } from "../../generated/as/types";
import { isFull, problem, quote, report } from "../report";

const L3 = "/linux/intelRdt/l3CacheSchema";
const MEMORY = "/linux/intelRdt/memBwSchema";
/** rdtgroup_schemata_write() reads what one page holds. */
const BYTES_MOST: i32 = 4095;

function isLine(text: string): bool {
  const colon = text.indexOf(":");
  if (colon < 1 || colon == text.length - 1) return false;
  for (let i: i32 = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** String.trim of AssemblyScript 0.28 stops too early when there is more white space in front than text. */
function trim(text: string): string {
  return text.trimStart().trimEnd();
}

/** `L3` of `L3:0=f;1=f`, "" without one. */
export function resourceOf(line: string): string {
  const colon = line.indexOf(":");
  return colon < 0 ? "" : trim(line.substring(0, colon));
}

/** The line of a resource in the text of a file, which aligns names with spaces; "" when it has none. */
export function knownIn(resource: string, schemata: string): string {
  const lines = schemata.split("\n");
  for (let i: i32 = 0; i < lines.length; i++)
    if (resource.length && resourceOf(lines[i]) == resource) return trim(lines[i]);
  return "";
}

/** A mask without zeros in front, in small letters: as the kernel shows it, but that it pads. */
function canonical(value: string): string {
  const text = trim(value);
  let from: i32 = 0;
  while (from < text.length - 1 && text.charCodeAt(from) == 0x30) from++;
  let plain = "";
  for (let i: i32 = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    plain += String.fromCharCode(unit >= 0x41 && unit <= 0x46 ? unit + 0x20 : unit);
  }
  return plain;
}

/** The value of a domain in a line, "" when the line does not name it. */
function valueOf(domain: string, line: string): string {
  const pairs = line.substring(line.indexOf(":") + 1).split(";");
  for (let i: i32 = 0; i < pairs.length; i++) {
    const at = pairs[i].indexOf("=");
    if (at > 0 && canonical(pairs[i].substring(0, at)) == domain)
      return canonical(pairs[i].substring(at + 1));
  }
  return "";
}

/** Does the file say the same as a line about every domain that the line names? */
export function isSame(line: string, schemata: string): bool {
  const there = knownIn(resourceOf(line), schemata);
  if (!there.length) return false;
  const pairs = line.substring(line.indexOf(":") + 1).split(";");
  for (let i: i32 = 0; i < pairs.length; i++) {
    const at = pairs[i].indexOf("=");
    if (at < 1) return false;
    const domain = canonical(pairs[i].substring(0, at));
    if (valueOf(domain, there) != canonical(pairs[i].substring(at + 1))) return false;
  }
  return true;
}

function add(line: string, pointer: string, lines: string[], problems: Problem[]): void {
  if (isLine(line)) lines.push(line);
  else
    report(
      problems,
      ProblemCode.Invalid,
      pointer,
      `${quote(line)} is not a line of schemata`,
      "like L3:0=7f0;1=1f",
    );
}

/**
 * What is written, in this order: the cache, the bandwidth, and the schemata as they are, which so have the last word. A line of
 * bandwidth among those of the cache does not count (config-linux.md#intelrdt).
 */
export function linesOf(request: Request, problems: Problem[], warnings: Problem[]): string[] {
  const lines: string[] = [];
  if (request.l3CacheSchema != null) {
    const parts = request.l3CacheSchema!.split("\n");
    for (let i: i32 = 0; i < parts.length && !isFull(problems); i++) {
      if (!parts[i].trimStart().startsWith("MB:")) add(parts[i], L3, lines, problems);
      else if (!isFull(warnings))
        warnings.push(
          problem(
            ProblemCode.Conflict,
            L3,
            `${quote(parts[i])} is left out: bandwidth belongs in memBwSchema`,
          ),
        );
    }
  }
  if (request.memBwSchema != null) {
    const line = request.memBwSchema!;
    if (line.startsWith("MB:")) add(line, MEMORY, lines, problems);
    else
      report(
        problems,
        ProblemCode.Invalid,
        MEMORY,
        `${quote(line)} does not begin with \`MB:\` (config-linux.md#intelrdt)`,
      );
  }
  if (request.schemata != null) {
    const asked = request.schemata!;
    for (let i: i32 = 0; i < asked.length && !isFull(problems); i++)
      add(asked[i], `/linux/intelRdt/schemata/${i}`, lines, problems);
  }
  let length: i32 = 0;
  for (let i: i32 = 0; i < lines.length; i++) length += lines[i].length + 1;
  if (length > BYTES_MOST)
    report(
      problems,
      ProblemCode.TooMany,
      "/linux/intelRdt",
      `\`${length}\` bytes of schemata: the kernel reads ${BYTES_MOST} at a time`,
    );
  return lines;
}
