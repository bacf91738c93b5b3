import { WrunError } from "../../error.ts";
import type { Json } from "../json.ts";
import { quote } from "../quote.ts";
import type { Process, Resources, Spec } from "../types.ts";
import { checkHooks } from "./hooks.ts";
import { checkLinux } from "./linux.ts";
import { checkMounts } from "./mounts.ts";
import { checkProcess } from "./process.ts";
import { checkResources } from "./resources.ts";
import { checkAnnotations, checkHostname, checkRoot, checkVersion } from "./root.ts";
import { findUnsupported } from "./unsupported.ts";
import type { At, Problem } from "./value.ts";
import { defined, field, object, required } from "./value.ts";

/**
 * A JSON value as a spec. Properties that the specification does not know are ignored (config.md#extensibility), values
 * that it does not allow are refused, and so is what it knows and wrun does not do.
 *
 * Throws one error for all problems: the first is the message, the others are in `because`.
 */
export function checkSpec(document: Json): Spec {
  const at: At = { value: document, part: "", problems: [] };
  const spec = object(at) === undefined ? undefined : checkDocument(at);
  // What can never be right comes first; an unsupported feature may be a matter of the version of wrun.
  const found = [...at.problems, ...findUnsupported(document)];
  const problems = [...found.filter((p) => !isUnsupported(p)), ...found.filter(isUnsupported)];
  if (problems.length > 0 || spec === undefined) throw problemError(problems);
  return spec;
}

/** A process alone, as `exec --process` takes it. Throws like checkSpec. */
export function checkProcessAlone(document: Json, path: string): Process {
  const at: At = { value: document, part: "", problems: [] };
  const process = checkProcess(at);
  if (at.problems.length > 0 || process === undefined) throw problemError(at.problems, path);
  return process;
}

/** linux.resources alone, as `update --resources` reads them. */
export function checkResourcesAlone(document: Json, path: string): Resources {
  const at: At = { value: document, part: "", problems: [] };
  const resources = checkResources(at);
  if (at.problems.length > 0 || resources === undefined) throw problemError(at.problems, path);
  return resources;
}

const isUnsupported = (problem: Problem) => problem.code === "ERR_CONFIG_UNSUPPORTED";

function checkDocument(at: At): Spec {
  return defined<Spec>({
    ociVersion: required(field(at, "ociVersion"), checkVersion) as string,
    root: required(field(at, "root"), checkRoot),
    mounts: checkMounts(field(at, "mounts")),
    process: checkProcess(field(at, "process")),
    hostname: checkHostname(field(at, "hostname")),
    domainname: checkHostname(field(at, "domainname")),
    annotations: checkAnnotations(field(at, "annotations")),
    hooks: checkHooks(field(at, "hooks")),
    linux: checkLinux(field(at, "linux")),
  });
}

/** As many as a reader takes in. */
const shown_max = 10;

/** One error for all of them. `file` is said where it is not config.json. */
export function problemError([first, ...others]: Problem[], file?: string): WrunError {
  if (first === undefined) throw new RangeError("no problem, no error");
  const more = others.slice(0, shown_max).map((p) => `${p.message} (${p.pointer})`);
  if (others.length > shown_max) more.push(`and ${others.length - shown_max} more`);
  return new WrunError({
    code: first.code,
    message: file === undefined ? first.message : `${first.message} in ${quote(file)}`,
    pointer: first.pointer,
    ...(first.hint !== undefined && { hint: first.hint }),
    ...(more.length > 0 && { because: more.join("; ") }),
  });
}
