/** The syntax of a WIT text as parsed, names not yet looked up. */

/** `u32`, `mapping`, `list<u8>` is `{name: "list", args: [u8]}`; `_` is null. */
export interface TypeSyntax {
  name: string;
  args: (TypeSyntax | null)[];
  line: number;
}

/** A field, case, label or parameter. */
export interface MemberSyntax {
  name: string;
  type: TypeSyntax | null;
  doc: string;
  line: number;
}

export interface TypeDeclaration {
  /** An alias has one member, whose type it stands for. */
  kind: "record" | "variant" | "enum" | "flags" | "alias";
  name: string;
  members: MemberSyntax[];
  doc: string;
  line: number;
}

/** `use from.{name as local}` */
export interface UseDeclaration {
  from: string;
  name: string;
  local: string;
  line: number;
}

export interface FuncSyntax {
  name: string;
  params: MemberSyntax[];
  result: TypeSyntax | null;
  doc: string;
  line: number;
}

/** The body of an interface, and the part of a world's body that is like one. */
export interface ScopeSyntax {
  name: string;
  types: TypeDeclaration[];
  uses: UseDeclaration[];
  funcs: FuncSyntax[];
  doc: string;
  line: number;
}

export type ExternSyntax =
  | { kind: "path"; path: string; line: number }
  | { kind: "interface"; scope: ScopeSyntax }
  | { kind: "func"; func: FuncSyntax };

export interface WorldSyntax extends ScopeSyntax {
  imports: ExternSyntax[];
  exports: ExternSyntax[];
}

export interface PackageSyntax {
  name: string;
  /** With the `@`; "" when there is none. */
  version: string;
  interfaces: ScopeSyntax[];
  worlds: WorldSyntax[];
}
