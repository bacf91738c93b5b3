/** The descriptors that init is started with, and their numbers there. */
import type { Fd } from "../../shim/fd.ts";
import { mountMaps } from "../launch/id-map.ts";
import { descriptors } from "../launch/launch.ts";
import type { Prepared } from "./prepare.ts";
import type { Streams } from "./stream.ts";

export interface Given {
  console?: Fd | undefined;
  start?: Fd | undefined;
  /** What each cgroup is entered by (launch/cgroup-entry.ts). */
  entries: readonly Fd[];
  /** User namespaces of mounts. */
  idMaps: readonly Fd[];
  exit?: Fd | undefined;
}

/** The numbers, as the launch program has them. */
export function places({ request, decisions, spec }: Prepared): ReturnType<typeof descriptors> {
  const cgroups = decisions.cgroups.places.length;
  const idMaps = mountMaps(decisions.idMappedMounts).length;
  return descriptors({ how: request.how, spec, cgroups, idMaps });
}

/** Pairs of a number here and a number in init. */
export function givenFds(
  prepared: Prepared,
  streams: Streams,
  { console, start, entries, idMaps, exit }: Given,
): [number, number][] {
  const at = places(prepared);
  const several = (fds: readonly Fd[], first: number): [number, number][] =>
    fds.map((fd, i) => [fd.number, first + i]);
  const one = (fd: Fd | undefined, to: number): [number, number][] => (fd ? [[fd.number, to]] : []);
  return [
    ...streams.numbers.map((number, i): [number, number] => [number, i]),
    ...prepared.request.fds.map((number, i): [number, number] => [
      number,
      i === 0 ? at.third : 3 + i,
    ]),
    ...one(console, at.console),
    ...several(entries, at.cgroups),
    ...several(idMaps, at.idMaps),
    ...one(start, at.start),
    ...one(exit, at.exit),
  ];
}
