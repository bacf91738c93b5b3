/** The statistics files of cgroups as texts, by descriptor. */
import { readFile } from "../../shim/cgroupfs.ts";
import { entries } from "../../shim/directory.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import type { StatsFile } from "../../wasm/generated/host.js";
import { huge_page_file, v1_files, v2_files } from "./table-file.ts";

/**
 * Reads the files of a container's cgroups, of one in each hierarchy. What none of them has is ENOENT; a file that is
 * there and cannot be read has the errno that says why. Throws SyscallError when a directory cannot be listed.
 */
export function readFiles(cgroups: readonly Fd[]): StatsFile[] {
  const read = cgroups.flatMap(filesOf);
  const missing = (unified: boolean, names: string[]): StatsFile[] =>
    names
      .filter((name) => !read.some((file) => file.unified === unified && file.name === name))
      .map((name) => ({ unified, name, content: { tag: "missing", val: "ENOENT" } }));
  const has = (unified: boolean) => read.some((file) => file.unified === unified);
  return [
    ...read,
    ...(has(true) ? missing(true, v2_files) : []),
    ...(has(false) ? missing(false, v1_files) : []),
  ];
}

/** Every cgroup of v2 but the root has cgroup.controllers, and none of v1. */
function filesOf(cgroup: Fd): StatsFile[] {
  const names = entries(cgroup).map(({ name }) => name);
  const unified = names.includes("cgroup.controllers");
  const wanted = unified ? v2_files : v1_files;
  // Sorted, so that page sizes come in the same order on every host.
  const huge = names.filter((name) => huge_page_file.test(name)).sort();
  return [...wanted.filter((name) => names.includes(name)), ...huge].map((name) => ({
    unified,
    name,
    content: contentOf(cgroup, name),
  }));
}

function contentOf(cgroup: Fd, name: string): StatsFile["content"] {
  try {
    return { tag: "text", val: readFile(cgroup, name) };
  } catch (error) {
    if (!isErrno(error)) throw error;
    return { tag: "missing", val: error.errno };
  }
}
