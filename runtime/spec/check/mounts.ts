import { quote } from "../quote.ts";
import type { Mount } from "../types.ts";
import { unsupportedOptions } from "./table-unsupported.ts";
import { refusal } from "./unsupported.ts";
import type { At } from "./value.ts";
import {
  absolute,
  defined,
  field,
  list,
  named,
  object,
  pointerOf,
  required,
  string,
  text,
  wrong,
} from "./value.ts";

/** config.md#mounts. */
export function checkMounts(at: At): Mount[] | undefined {
  return list(at, (entry) => {
    if (object(entry) === undefined) return undefined;
    const destination = required(field(entry, "destination"), inside);
    const options = list(field(entry, "options"), option);
    const type = string(field(entry, "type"));
    const source = string(field(entry, "source"));
    if (destination === undefined) return undefined;
    const bind = options?.some((word) => word === "bind" || word === "rbind");
    if (bind && !source) return wrong(field(entry, "source"), `${named(entry)} binds no source`);
    if (!bind && !type && !options?.includes("remount") && !propagates(options)) {
      return wrong(
        field(entry, "type"),
        `${named(entry)} has neither a type nor bind among its options`,
      );
    }
    return defined<Mount>({ destination, type, source, options });
  });
}

/** mount(2) with a propagation type and nothing else changes a mount that is there. */
const propagates = (options: string[] | undefined) =>
  options?.some((word) => /^r?(shared|slave|private|unbindable)$/.test(word)) ?? false;

function inside(at: At): string | undefined {
  const path = absolute(at);
  if (path === undefined || !path.split("/").includes("..")) return path;
  return wrong(at, `${named(at)} is ${quote(path)}, a path with \`..\` in it`);
}

function option(at: At): string | undefined {
  const word = text(at);
  const what = word === undefined ? undefined : unsupportedOptions.get(word);
  if (what !== undefined) at.problems.push(refusal(pointerOf(at), what));
  return word;
}
