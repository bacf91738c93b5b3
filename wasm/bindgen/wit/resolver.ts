import {
  type Case,
  type Extern,
  type Field,
  type Func,
  type Interface,
  type NamedType,
  type Owner,
  type Package,
  PRIMITIVES,
  type PrimitiveName,
  type Type,
  type World,
} from "./model.ts";
import { parseSyntax } from "./parser.ts";
import type {
  ExternSyntax,
  FuncSyntax,
  MemberSyntax,
  ScopeSyntax,
  TypeDeclaration,
  TypeSyntax,
  WorldSyntax,
} from "./syntax.ts";
import { witError } from "./token.ts";

/**
 * Reads the text of one WIT package into the model.
 *
 * @throws an Error with line and name: syntax, an unknown name, a name used twice, a type that contains itself.
 */
export function readWit(source: string): Package {
  const syntax = parseSyntax(source);
  const qualify = (name: string) => `${syntax.name}/${name}${syntax.version}`;
  const scopes = new Map<string, Scope>();
  for (const item of syntax.interfaces) {
    const id = qualify(item.name);
    if (scopes.has(id)) throw witError(item.line, `interface \`${item.name}\` is declared twice`);
    scopes.set(id, new Scope(item, { id, name: item.name, world: false }, scopes));
  }
  const interfaces = new Map([...scopes].map(([id, scope]) => [id, scope.interface()]));
  const worlds = new Map<string, World>();
  for (const item of syntax.worlds) {
    const owner = { id: qualify(item.name), name: item.name, world: true };
    worlds.set(item.name, resolveWorld(item, new Scope(item, owner, scopes), interfaces, scopes));
  }
  return { name: syntax.name, version: syntax.version, interfaces, worlds };
}

function resolveWorld(
  syntax: WorldSyntax,
  scope: Scope,
  interfaces: Map<string, Interface>,
  scopes: Map<string, Scope>,
): World {
  const extern = (item: ExternSyntax): Extern => {
    if (item.kind === "func") return { kind: "func", func: scope.func(item.func) };
    if (item.kind === "interface") {
      const { name } = item.scope;
      const inner = new Scope(item.scope, { id: name, name, world: false }, scopes);
      return { kind: "interface", interface: inner.interface() };
    }
    const found = interfaces.get(item.path);
    if (!found) throw witError(item.line, `no interface \`${item.path}\``);
    return { kind: "interface", interface: found };
  };
  return {
    ...scope.owner,
    imports: syntax.imports.map(extern),
    exports: syntax.exports.map(extern),
    types: scope.declared(),
    doc: syntax.doc,
  };
}

/** The types of one interface or world: looked up by name on demand, so that the order of the text is free. */
class Scope {
  private readonly types = new Map<string, Type>();
  private readonly open = new Set<string>();
  private readonly declarations = new Map<string, TypeDeclaration>();

  constructor(
    private readonly syntax: ScopeSyntax,
    readonly owner: Owner,
    private readonly scopes: Map<string, Scope>,
  ) {
    const locals = syntax.uses.map(({ local, line }) => ({ name: local, line }));
    unique([...locals, ...syntax.types]);
    unique(syntax.funcs);
    for (const declaration of syntax.types) this.declarations.set(declaration.name, declaration);
  }

  interface(): Interface {
    const funcs = this.syntax.funcs.map((func) => this.func(func));
    return { ...this.owner, funcs, types: this.declared(), doc: this.syntax.doc };
  }

  /** Looks up everything that is declared or used, so that a mistake is found even where nothing refers to it. */
  declared(): NamedType[] {
    for (const { local, line } of this.syntax.uses) this.lookup(local, line);
    const types = this.syntax.types.map(({ name, line }) => this.lookup(name, line));
    return types.filter((_, index) => this.syntax.types[index]?.kind !== "alias") as NamedType[];
  }

  func(syntax: FuncSyntax): Func {
    unique(syntax.params);
    const result = syntax.result && this.type(syntax.result);
    return { name: syntax.name, params: this.fields(syntax.params), result, doc: syntax.doc };
  }

  lookup(name: string, line: number): Type {
    const known = this.types.get(name);
    if (known) return known;
    if (this.open.has(name)) throw witError(line, `type \`${name}\` contains itself`);
    this.open.add(name);
    const type = this.find(name, line);
    this.open.delete(name);
    this.types.set(name, type);
    return type;
  }

  private find(name: string, line: number): Type {
    const declaration = this.declarations.get(name);
    if (declaration) return this.declare(declaration);
    const use = this.syntax.uses.find(({ local }) => local === name);
    if (!use) throw witError(line, `unknown type \`${name}\``);
    const from = this.scopes.get(use.from);
    if (!from) throw witError(use.line, `no interface \`${use.from}\``);
    return from.lookup(use.name, use.line);
  }

  private declare({ kind, name, members, doc, line }: TypeDeclaration): Type {
    if (kind === "alias") return this.type(members[0]?.type as TypeSyntax);
    if (members.length === 0) throw witError(line, `${kind} \`${name}\` is empty`);
    unique(members);
    const named = { name, owner: this.owner, doc };
    if (kind === "record") return { kind, ...named, fields: this.fields(members) };
    if (kind === "flags") {
      // more than 32 would be several words; the canonical ABI forbids it since 2024
      if (members.length > 32) throw witError(line, `flags \`${name}\` has more than 32 labels`);
      return { kind, ...named, labels: members };
    }
    return { kind, ...named, cases: this.cases(members) };
  }

  private fields(members: MemberSyntax[]): Field[] {
    return members.map(({ name, type, doc }) => ({
      name,
      doc,
      type: this.type(type as TypeSyntax),
    }));
  }

  private cases(members: MemberSyntax[]): Case[] {
    return members.map(({ name, type, doc }) => ({ name, doc, type: type && this.type(type) }));
  }

  private type(syntax: TypeSyntax): Type {
    const { name, args, line } = syntax;
    if (name in PRIMITIVES) {
      count(syntax, 0, 0);
      return { kind: "primitive", name: name as PrimitiveName };
    }
    switch (name) {
      case "string":
        count(syntax, 0, 0);
        return { kind: "string" };
      case "list":
        return { kind: "list", element: this.argument(syntax, 0, 1, 1) };
      case "option":
        return { kind: "option", some: this.argument(syntax, 0, 1, 1) };
      case "tuple":
        return { kind: "tuple", elements: args.map((_, n) => this.argument(syntax, n, 1, 16)) };
      case "result":
        count(syntax, 0, 2);
        return {
          kind: "result",
          ok: args[0] ? this.type(args[0]) : null,
          error: args[1] ? this.type(args[1]) : null,
        };
      default:
        count(syntax, 0, 0);
        return this.lookup(name, line);
    }
  }

  private argument(syntax: TypeSyntax, index: number, least: number, most: number): Type {
    count(syntax, least, most);
    const arg = syntax.args[index];
    if (!arg) throw witError(syntax.line, `\`_\` is for result only, not for \`${syntax.name}\``);
    return this.type(arg);
  }
}

function count({ name, args, line }: TypeSyntax, least: number, most: number): void {
  if (args.length >= least && args.length <= most) return;
  throw witError(line, `\`${name}\` with ${args.length} type arguments`);
}

function unique(items: { name: string; line: number }[]): void {
  const seen = new Set<string>();
  for (const { name, line } of items) {
    if (seen.has(name)) throw witError(line, `\`${name}\` is declared twice`);
    seen.add(name);
  }
}
