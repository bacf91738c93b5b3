import type { Arch } from "../../shim/program/syscalls.ts";
import type { RootView } from "../../shim/root-view.ts";
import type { Finding } from "./finding.ts";
import type { Elf } from "./header.ts";
import { loaderOf } from "./loader.ts";
import { host_machines, loaders, machines } from "./table-machines.ts";

const e_type = { relocatable: 1, core: 4 } as const;

/** 32-bit programs that a host may run, where its kernel is built for that. */
const compatible: Readonly<Record<Arch, number>> = { x64: 3, arm64: 40 };

/** The loader that an ELF file needs ("" for none), or why the kernel does not take the file. */
export function readElf(
  { root, arch }: { root: RootView; arch: Arch },
  { name }: { name: string },
  path: string,
  elf: Elf,
): string | Finding {
  const format = (says: string, hint?: string): Finding => {
    return { code: "ERR_EXEC_FORMAT", errno: "ENOEXEC", says, hint, path };
  };
  const { machine, type } = elf;
  if (machine !== host_machines[arch] && machine !== compatible[arch]) {
    const built = machines[machine] ?? `ELF machine ${machine}`;
    return format(
      `${name} is built for ${built}, and this host is ${arch}`,
      `take it from an image for ${arch}, or register an emulator with binfmt_misc (qemu-user)`,
    );
  }
  if (type === e_type.relocatable) return format(`${name} is an object file that was not linked`);
  if (type === e_type.core) return format(`${name} is a core dump`);
  return loaderOf(root, path, elf) ?? format(`${name} is a damaged ELF file`);
}

/** What a missing loader tells, when the one of the other C library is there. */
export function otherLibrary(root: RootView, missing: string): { because?: string; hint?: string } {
  const wanted = loaders.find(({ path }) => path === missing)?.library;
  if (!wanted) return {};
  const found = loaders.find(
    ({ path, library }) => library !== wanted && typeof root.node(path) !== "string",
  );
  if (!found) return { because: `it was linked with ${wanted}, which is not in the container` };
  return {
    because: `it was linked with ${wanted}, and the container has ${found.library}`,
    hint: `build it for ${found.library} or without a loader (static), or take a root file system with ${wanted}`,
  };
}
