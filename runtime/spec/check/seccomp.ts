import type { Json } from "../json.ts";
import type { Seccomp, SeccompArgument, SeccompRule } from "../types.ts";
import { uint32_max } from "./limit.ts";
import type { At } from "./value.ts";
import {
  absolute,
  defined,
  field,
  integer,
  list,
  named,
  object,
  oneOf,
  required,
  string,
  text,
  wrong,
} from "./value.ts";

export const actions = [
  "SCMP_ACT_KILL",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_KILL_THREAD",
  "SCMP_ACT_TRAP",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_TRACE",
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_LOG",
  "SCMP_ACT_NOTIFY",
] as const;

export const operators = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
] as const;

export const flags = [
  "SECCOMP_FILTER_FLAG_TSYNC",
  "SECCOMP_FILTER_FLAG_LOG",
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
] as const;

/** config-linux.md#seccomp; those that cannot run on this host count for nothing. */
const architectures = [
  ...["X86", "X86_64", "X32", "ARM", "AARCH64", "MIPS", "MIPS64", "MIPS64N32", "MIPSEL"],
  ...["MIPSEL64", "MIPSEL64N32", "PPC", "PPC64", "PPC64LE", "S390", "S390X", "PARISC", "PARISC64"],
  ...["RISCV64", "LOONGARCH64", "M68K", "SH", "SHEB"],
].map((name) => `SCMP_ARCH_${name}`);

const errno_max = 0xffff;
const uint64_max = 2n ** 64n - 1n;

/** config-linux.md#seccomp. What the rules come to is for the policy engine, which knows the system calls. */
export function checkSeccomp(at: At): Seccomp | undefined {
  if (object(at) === undefined || isEmpty(at.value)) return undefined;
  const defaultAction = required(field(at, "defaultAction"), action);
  const seccomp = {
    defaultErrnoRet: errno(field(at, "defaultErrnoRet")),
    architectures: list(field(at, "architectures"), (each) => oneOf(each, architectures)),
    flags: list(field(at, "flags"), (each) => oneOf(each, flags)),
    syscalls: list(field(at, "syscalls"), rule),
    ...listener(at),
  };
  const asks = seccomp.syscalls?.some(({ action }) => action === "SCMP_ACT_NOTIFY");
  if (asks && seccomp.listenerPath === undefined)
    wrong(field(at, "listenerPath"), "a rule has SCMP_ACT_NOTIFY, and there is no `listenerPath`");
  return defaultAction && defined<Seccomp>({ defaultAction, ...seccomp });
}

/** The empty string is what Go's writers leave for "none". */
function listener(at: At): Pick<Seccomp, "listenerPath" | "listenerMetadata"> {
  const [path, data] = [field(at, "listenerPath"), field(at, "listenerMetadata")];
  const listenerPath = path.value === "" ? undefined : absolute(path);
  const listenerMetadata = string(data) || undefined;
  if (listenerMetadata !== undefined && path.value === undefined)
    wrong(data, `${named(data)} is for a listener, and there is no \`listenerPath\``);
  return defined<Seccomp>({ listenerPath, listenerMetadata } as never);
}

const properties = ["defaultAction", "defaultErrnoRet", "architectures", "flags", "syscalls"];

/** Writers in Go leave an empty structure behind. It asks for nothing. */
function isEmpty(value: Json | undefined): boolean {
  return value instanceof Map && !properties.some((name) => value.has(name));
}

const action = (at: At) => oneOf(at, actions);

function errno(at: At): number | undefined {
  return at.value === null ? undefined : integer(at, 0, errno_max);
}

function rule(at: At): SeccompRule | undefined {
  if (object(at) === undefined) return undefined;
  const names = required(field(at, "names"), (place) => list(place, text));
  const act = required(field(at, "action"), action);
  const errnoRet = errno(field(at, "errnoRet"));
  const given = field(at, "args");
  const args = given.value === null ? undefined : list(given, argument);
  if (names === undefined || act === undefined) return undefined;
  if (names.length === 0) return wrong(field(at, "names"), `${named(field(at, "names"))} is empty`);
  return defined<SeccompRule>({ names, action: act, errnoRet, args });
}

function argument(at: At): SeccompArgument | undefined {
  if (object(at) === undefined) return undefined;
  const index = required(field(at, "index"), (place) => integer(place, 0, uint32_max));
  const value = required(field(at, "value"), unsigned);
  const valueTwo = unsigned(field(at, "valueTwo"));
  const op = required(field(at, "op"), (place) => oneOf(place, operators));
  if (index === undefined || value === undefined || op === undefined) return undefined;
  return defined<SeccompArgument>({ index, value, valueTwo, op });
}

/** 64 bits without a sign, such as the -1 of personality(2). */
function unsigned(at: At): number | bigint | undefined {
  const { value } = at;
  if (typeof value !== "bigint") return integer(at, 0, Number.MAX_SAFE_INTEGER);
  if (value >= 0n && value <= uint64_max) return value;
  return wrong(at, `${named(at)} is ${value}, not between 0 and ${uint64_max}`);
}
