import type { ErrorCode } from "../../error.ts";
import { quote } from "../quote.ts";
import type { Spec } from "../types.ts";
import { bytesOf, hostname_bytes_max } from "./limit.ts";
import type { At } from "./value.ts";
import {
  boolean,
  defined,
  field,
  named,
  object,
  record,
  required,
  string,
  text,
  wrong,
} from "./value.ts";

/** config.md#root. */
export function checkRoot(at: At): Spec["root"] {
  if (object(at) === undefined) return undefined;
  return defined<NonNullable<Spec["root"]>>({
    path: required(field(at, "path"), text) as string,
    readonly: boolean(field(at, "readonly")),
  });
}

const semver =
  /^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** config.md#specification-version: compatible within a major version, and there is one. */
export function checkVersion(at: At): string | undefined {
  const version = string(at);
  if (version === undefined) return undefined;
  const major = semver.exec(version)?.[1];
  if (major === undefined) return wrong(at, `${named(at)} is ${quote(version)}, not a version`);
  if (major === "1") return version;
  return wrong(at, `${named(at)} is ${quote(version)}, and wrun knows version 1 only`);
}

/** hostname and domainname: the kernel counts bytes. */
export function checkHostname(at: At): string | undefined {
  const name = string(at);
  if (name === undefined) return undefined;
  const problem = hostnameProblem(name);
  return problem === undefined ? name : wrong(at, problem, hostname_hint, hostname_code);
}

export const hostname_code: ErrorCode = "ERR_HOSTNAME";
export const hostname_hint = "give the container a shorter one: `hostname`, `--hostname`";

/** What is wrong with a hostname, undefined when nothing is. */
export function hostnameProblem(name: string): string | undefined {
  const bytes = bytesOf(name);
  if (bytes <= hostname_bytes_max) return undefined;
  return `the hostname ${quote(name)} has ${bytes} bytes, and the limit is ${hostname_bytes_max}`;
}

/** Kept, and without meaning to wrun: an annotation often comes from an image (CVE-2024-3154, CVE-2026-94603). */
export function checkAnnotations(at: At): Record<string, string> | undefined {
  return record(at, (value, key) => {
    return key === "" ? wrong(value, "an annotation without a name") : string(value);
  });
}
