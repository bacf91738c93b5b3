/** Arguments of system calls in the words of their manual pages. */

import type { Place, Program, Value } from "../../../shim/program/program.ts";
import type { Arch, SyscallName } from "../../../shim/program/syscalls.ts";
import * as kernel from "../../launch/table-kernel.ts";
import { visible } from "../error.ts";
import {
  type ArgumentKind,
  argumentKinds,
  enumerations,
  type FlagPrefix,
  type StructName,
  structs,
} from "./table-argument.ts";

const shown_max = 60;

/** `move_mount(s3, "", s5, "proc", MOVE_MOUNT_F_EMPTY_PATH)`. A slot is written s and its number. */
export function callText(
  call: SyscallName,
  args: readonly Value[],
  program: Program,
  arch: Arch,
): string {
  const kinds = argumentKinds[call] ?? [];
  const shown = args.map((value, i) => argumentText(value, kinds[i] ?? "number", program, arch));
  return `${call}(${shown.join(", ")})`;
}

function argumentText(value: Value, kind: ArgumentKind, program: Program, arch: Arch): string {
  if (typeof value === "number" || typeof value === "bigint")
    return numberText(BigInt(value), kind, arch);
  if ("slot" in value) return `s${value.slot}`;
  if (kind === "path") return quoted(textAt(program, value));
  if (kind === "strings") return `[${stringsAt(program, value).map(quoted).join(", ")}]`;
  return isStruct(kind) ? structText(program, value, kind, arch) : `&data[${value.at}]`;
}

function numberText(value: bigint, kind: ArgumentKind, arch: Arch): string {
  if (kind === "fd") return descriptors.get(value) ?? `${value}`;
  if (kind === "octal") return value === 0n ? "0" : `0${value.toString(8)}`;
  if (isPrefix(kind)) return flagText(value, kind, arch);
  return kind !== "number" && value === 0n ? "NULL" : `${value}`;
}

const descriptors = new Map([
  [BigInt(kernel.AT_FDCWD), "AT_FDCWD"],
  [BigInt(kernel.fd_max), "~0"],
]);

function isPrefix(kind: ArgumentKind): kind is FlagPrefix {
  return kind.endsWith("_");
}

function isStruct(kind: ArgumentKind): kind is StructName {
  return Object.hasOwn(structs, kind);
}

/** Fields that are 0 are left out; one that a step fills in later is 0 here. */
function structText({ data }: Program, { at }: Place, name: StructName, arch: Arch): string {
  const view = new DataView(data.buffer, data.byteOffset + at);
  const fields = structs[name].flatMap(([field, kind], i) => {
    const value = view.getBigUint64(8 * i, true);
    return value === 0n ? [] : [`${field}=${numberText(value, kind, arch)}`];
  });
  return `{${fields.join(", ")}}`;
}

/** The names of the set bits, and in hexadecimal what has no name. */
export function flagText(value: bigint, prefix: FlagPrefix, arch: Arch): string {
  const named = constants(prefix, arch);
  if (enumerations.has(prefix)) return named.find(([, bits]) => bits === value)?.[0] ?? `${value}`;
  if (value === 0n) return "0";
  const names: string[] = [];
  let rest = value;
  for (const [name, bits] of named) {
    if (bits <= 0n || (rest & bits) !== bits) continue;
    names.push(name);
    rest &= ~bits;
  }
  return [...names, ...(rest === 0n ? [] : [`0x${BigInt.asUintN(64, rest).toString(16)}`])].join(
    "|",
  );
}

/** Some are functions of the architecture, such as O_DIRECTORY. */
function constants(prefix: string, arch: Arch): [name: string, bits: bigint][] {
  return Object.entries(kernel).flatMap(([name, value]) => {
    if (!prefix.split("|").some((one) => name.startsWith(one))) return [];
    // Those are second arguments, with numbers of their own.
    if (prefix === "PR_" && /^PR_CAP_AMBIENT_./.test(name)) return [];
    if (typeof value === "number") return [[name, BigInt(value)]];
    return typeof value === "function"
      ? [[name, BigInt((value as (arch: Arch) => number)(arch))]]
      : [];
  });
}

function textAt({ data }: Program, { at }: Place): string {
  const end = data.indexOf(0, at);
  return new TextDecoder().decode(data.subarray(at, end < 0 ? data.length : end));
}

/** An argv: pointers up to a null one; the builder keeps them beside the data, as offsets. */
function stringsAt(program: Program, { at }: Place): string[] {
  const texts: string[] = [];
  for (let word = at; ; word += 8) {
    const pointer = program.pointers.find((each) => each.at === word);
    if (!pointer) return texts;
    texts.push(textAt(program, { at: pointer.to }));
  }
}

function quoted(text: string): string {
  const short = text.length > shown_max ? `${text.slice(0, shown_max)}...` : text;
  return `"${visible(short)}"`;
}
