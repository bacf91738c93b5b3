import { quote } from "../quote.ts";
import type { Mount } from "../types.ts";
import { mapping } from "./mapping.ts";
import { refusal } from "./unsupported.ts";
import type { At } from "./value.ts";
import {
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
    const options = list(field(entry, "options"), text);
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
    const uidMappings = list(field(entry, "uidMappings"), mapping);
    const gidMappings = list(field(entry, "gidMappings"), mapping);
    if (!bind) refuseMapped(entry, options);
    return defined<Mount>({ destination, type, source, options, uidMappings, gidMappings });
  });
}

/** A new file system belongs to the container's user namespace already. */
function refuseMapped(entry: At, options: string[] = []): void {
  const asked = [
    ...["uidMappings", "gidMappings"].map((name) => field(entry, name)).filter(isSome),
    ...options.flatMap((word, i) =>
      word === "idmap" || word === "ridmap" ? [at(field(entry, "options"), i)] : [],
    ),
  ];
  for (const place of asked)
    place.problems.push(refusal(pointerOf(place), "id mappings of a mount that is no bind mount"));
}

const at = (list: At, part: number): At => ({
  value: undefined,
  parent: list,
  part,
  problems: list.problems,
});
const isSome = ({ value }: At): boolean => Array.isArray(value) && value.length > 0;

/** mount(2) with a propagation type and nothing else changes a mount that is there. */
const propagates = (options: string[] | undefined) =>
  options?.some((word) => /^r?(shared|slave|private|unbindable)$/.test(word)) ?? false;

/** A relative one, as old tools write it, is relative to `/`: config.md#mounts. */
function inside(at: At): string | undefined {
  const path = text(at);
  if (path === undefined) return undefined;
  if (path === "") return wrong(at, `${named(at)} is empty`);
  if (path.split("/").includes(".."))
    return wrong(at, `${named(at)} is ${quote(path)}, a path with \`..\` in it`);
  return path.startsWith("/") ? path : `/${path}`;
}
