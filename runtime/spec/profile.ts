/** Profiles of `--security-opt seccomp=FILE`: OCI's linux.seccomp in a file, with what Docker adds to it. */
import { readFileSync } from "node:fs";
import type { Facts } from "../../shim/facts/types.ts";
import { WrunError } from "../error.ts";
import { problemError } from "./check/check.ts";
import { checkSeccomp } from "./check/seccomp.ts";
import type { At } from "./check/value.ts";
import { field, list, named, object, text, wrong } from "./check/value.ts";
import { type Json, readJson } from "./json.ts";
import { quote } from "./quote.ts";
import type { Seccomp } from "./types.ts";

/** What Docker's profiles depend on. */
export interface ProfileHost {
  arch: Facts["arch"];
  kernel: Pick<Facts["kernel"], "major" | "minor">;
  /** `CAP_` names of the container. */
  capabilities: readonly string[];
}

/** Reads a file. Throws ERR_SECCOMP where it cannot be read, ERR_CONFIG_INVALID with pointers into it. */
export function readProfile(path: string, host: ProfileHost): Seccomp | undefined {
  try {
    return parseProfile(readJson(readFileSync(path), path), host, path);
  } catch (cause) {
    const { code: errno } = cause as NodeJS.ErrnoException;
    if (cause instanceof WrunError || errno === undefined) throw cause;
    throw new WrunError({
      code: "ERR_SECCOMP",
      message: `cannot read the seccomp profile ${quote(path)}: ${errno}`,
      hint: "`seccomp=unconfined` is none, `seccomp=default` wrun's own",
      errno,
      path,
      cause,
    });
  }
}

/** What a profile comes to for one container on one host. */
export function parseProfile(document: Json, host: ProfileHost, path: string): Seccomp | undefined {
  const at: At = { value: withNames(document), part: "", problems: [] };
  const seccomp = checkSeccomp(at);
  const subordinate = architectures(field(at, "archMap"), host);
  const counts = list(field(at, "syscalls"), (rule) => (isFor(rule, host) ? "yes" : "no"));
  const { listenerPath } = Object.fromEntries(at.value instanceof Map ? at.value : []);
  if (listenerPath) wrong(field(at, "listenerPath"), "a listener is not supported yet");
  if (seccomp?.architectures && subordinate)
    wrong(at, "both `architectures` and `archMap` are given");
  if (at.problems.length > 0) throw problemError(at.problems, path);
  return (
    seccomp && {
      ...seccomp,
      ...(subordinate && { architectures: subordinate }),
      syscalls: (seccomp.syscalls ?? []).filter((_, i) => counts?.[i] === "yes"),
    }
  );
}

/** Old profiles have one `name` in each rule. */
function withNames(document: Json): Json {
  const rules = document instanceof Map ? document.get("syscalls") : undefined;
  if (!(document instanceof Map) || !Array.isArray(rules)) return document;
  const syscalls = rules.map((rule) => {
    if (!(rule instanceof Map) || rule.has("names") || !rule.has("name")) return rule;
    return new Map([...rule, ["names", [rule.get("name") as Json]]]);
  });
  return new Map<string, Json>([...document, ["syscalls", syscalls]]);
}

const natives = { x64: "SCMP_ARCH_X86_64", arm64: "SCMP_ARCH_AARCH64" } as const;
const go_names = { x64: "amd64", arm64: "arm64" } as const;

function architectures(at: At, host: ProfileHost): string[] | undefined {
  const maps = at.value === null ? undefined : list(at, object);
  return maps?.flatMap((_, i) => {
    const map: At = { value: maps[i], parent: at, part: i, problems: at.problems };
    const own = text(field(map, "architecture"));
    const others = field(map, "subArchitectures");
    const more = (others.value === null ? undefined : list(others, text)) ?? [];
    return own === natives[host.arch] ? [own, ...more] : [];
  });
}

function isFor(rule: At, host: ProfileHost): boolean {
  const includes = condition(field(rule, "includes"));
  const excludes = condition(field(rule, "excludes"));
  const { capabilities, arch } = host;
  return (
    includes.caps.every((name) => capabilities.includes(name)) &&
    !excludes.caps.some((name) => capabilities.includes(name)) &&
    (includes.arches.length === 0 || includes.arches.includes(go_names[arch])) &&
    !excludes.arches.includes(go_names[arch]) &&
    (includes.kernel === undefined || isAtLeast(host, includes.kernel)) &&
    (excludes.kernel === undefined || !isAtLeast(host, excludes.kernel))
  );
}

interface Condition {
  caps: string[];
  arches: string[];
  kernel: string | undefined;
}

function condition(at: At): Condition {
  const given = at.value === null ? undefined : object(at);
  const strings = (name: string): string[] => {
    const place = field({ ...at, value: given }, name);
    return (place.value === null ? undefined : list(place, text)) ?? [];
  };
  const kernel = given && text(field(at, "minKernel"));
  if (kernel !== undefined && !/^\d+\.\d+$/.test(kernel))
    wrong(
      field(at, "minKernel"),
      `${named(field(at, "minKernel"))} is ${quote(kernel)}, not a version such as \`4.8\``,
    );
  return { caps: strings("caps"), arches: strings("arches"), kernel };
}

function isAtLeast({ kernel }: ProfileHost, version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}
