/**
 * The resolved model of a WIT package: what the emitters read. Names are WIT's own (kebab-case); every type
 * reference is the type itself, and no type contains itself (WIT forbids it).
 */
export type PrimitiveName = keyof typeof PRIMITIVES;

/** Every primitive of WIT with its size in bytes, which is also its alignment (canonical ABI, "alignment"). */
export const PRIMITIVES = {
  bool: 1,
  s8: 1,
  u8: 1,
  s16: 2,
  u16: 2,
  s32: 4,
  u32: 4,
  s64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
  char: 4,
} as const;

export interface Field {
  name: string;
  type: Type;
  doc: string;
}

/** A case of a variant, an enum, an option or a result; `type` is null where it has no payload. */
export interface Case {
  name: string;
  type: Type | null;
  doc: string;
}

/** Where a type was declared. `id` is the full name (`ns:package/interface@version`), `name` the short one. */
export interface Owner {
  id: string;
  name: string;
  /** Declared in a world itself, not in an interface. */
  world: boolean;
}

interface Named {
  name: string;
  owner: Owner;
  doc: string;
}

export type Primitive = { kind: "primitive"; name: PrimitiveName };
export type Text = { kind: "string" };
export type List = { kind: "list"; element: Type };
export type Option = { kind: "option"; some: Type };
export type Result = { kind: "result"; ok: Type | null; error: Type | null };
export type Tuple = { kind: "tuple"; elements: Type[] };
export type RecordType = Named & { kind: "record"; fields: Field[] };
export type Variant = Named & { kind: "variant"; cases: Case[] };
export type Enum = Named & { kind: "enum"; cases: Case[] };
export type Flags = Named & { kind: "flags"; labels: Omit<Case, "type">[] };

export type NamedType = RecordType | Variant | Enum | Flags;
export type Type = Primitive | Text | List | Option | Result | Tuple | NamedType;
/** One field after the other in memory. */
export type Product = RecordType | Tuple;
/** A discriminant and at most one payload in memory. */
export type Sum = Variant | Enum | Option | Result;

export interface Func {
  name: string;
  params: Field[];
  result: Type | null;
  doc: string;
}

export interface Interface extends Owner {
  funcs: Func[];
  /** The types declared here, in order of the text. */
  types: NamedType[];
  doc: string;
}

/** What a world imports or exports: an interface, or a function of its own. */
export type Extern = { kind: "interface"; interface: Interface } | { kind: "func"; func: Func };

export interface World extends Owner {
  imports: Extern[];
  exports: Extern[];
  types: NamedType[];
  doc: string;
}

export interface Package {
  name: string;
  version: string;
  interfaces: Map<string, Interface>;
  worlds: Map<string, World>;
}
