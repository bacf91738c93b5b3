import { Cursor } from "./cursor.ts";
import type {
  ExternSyntax,
  FuncSyntax,
  MemberSyntax,
  PackageSyntax,
  ScopeSyntax,
  TypeDeclaration,
  TypeSyntax,
  WorldSyntax,
} from "./syntax.ts";

const DECLARATIONS = ["record", "variant", "enum", "flags"] as const;
const UNSUPPORTED = ["resource", "stream", "future", "own", "borrow", "map", "error-context"];

/**
 * Parses the text of one WIT package.
 *
 * The subset: no resources, streams, futures, async, fixed-length lists or include. componentEmbed reads the same
 * text with the reference parser, so a text that only this one takes does not become a component.
 *
 * @throws an Error with the line of the first mistake.
 */
export function parseSyntax(source: string): PackageSyntax {
  const cursor = new Cursor(source);
  startItem(cursor);
  cursor.expect("package");
  const namespace = cursor.name();
  cursor.expect(":");
  const syntax: PackageSyntax = {
    name: `${namespace}:${cursor.name()}`,
    version: cursor.version(),
    interfaces: [],
    worlds: [],
  };
  cursor.expect(";");
  const context = { cursor, qualify: (name: string) => `${syntax.name}/${name}${syntax.version}` };
  while (!cursor.done) {
    const doc = startItem(cursor);
    if (cursor.take("interface"))
      syntax.interfaces.push(parseInterface(context, cursor.name(), doc));
    else if (cursor.take("world")) syntax.worlds.push(parseWorld(context, doc));
    else cursor.fail("expected `interface` or `world`");
  }
  return syntax;
}

interface Context {
  cursor: Cursor;
  qualify: (name: string) => string;
}

/**
 * Gives the doc comment of the next item, and skips the gates before it: @since(...), @unstable(...) and
 * @deprecated(...) say nothing about the shape.
 */
function startItem(cursor: Cursor): string {
  let { doc } = cursor;
  while (cursor.take("@")) {
    cursor.name();
    if (cursor.take("(")) {
      while (!cursor.take(")")) {
        if (cursor.done) cursor.fail("expected `)`");
        cursor.skip();
      }
    }
    doc ||= cursor.doc;
  }
  return doc;
}

function emptyScope(cursor: Cursor, name: string, doc: string): ScopeSyntax {
  return { name, types: [], uses: [], funcs: [], doc, line: cursor.line };
}

function parseInterface(context: Context, name: string, doc: string): ScopeSyntax {
  const { cursor } = context;
  const scope = emptyScope(cursor, name, doc);
  cursor.expect("{");
  while (!cursor.take("}")) {
    const about = startItem(cursor);
    if (!parseDeclaration(context, scope, about)) {
      const func = cursor.name();
      cursor.expect(":");
      scope.funcs.push(parseFunc(cursor, func, about));
    }
  }
  return scope;
}

function parseWorld(context: Context, doc: string): WorldSyntax {
  const { cursor } = context;
  const world: WorldSyntax = {
    ...emptyScope(cursor, cursor.name(), doc),
    imports: [],
    exports: [],
  };
  cursor.expect("{");
  while (!cursor.take("}")) {
    const about = startItem(cursor);
    if (cursor.take("import")) world.imports.push(parseExtern(context, about));
    else if (cursor.take("export")) world.exports.push(parseExtern(context, about));
    else if (!parseDeclaration(context, world, about)) cursor.fail("not supported in a world");
  }
  return world;
}

function parseExtern(context: Context, doc: string): ExternSyntax {
  const { cursor } = context;
  const { line } = cursor;
  if (cursor.peek(1) === ":" && cursor.peek(2) === "interface") {
    const name = cursor.name();
    cursor.skip();
    cursor.skip();
    return { kind: "interface", scope: parseInterface(context, name, doc) };
  }
  if (cursor.peek(1) === ":" && (cursor.peek(2) === "func" || cursor.peek(2) === "async")) {
    const name = cursor.name();
    cursor.skip();
    return { kind: "func", func: parseFunc(cursor, name, doc) };
  }
  const path = parsePath(context);
  cursor.expect(";");
  return { kind: "path", path, line };
}

/** `name`, or `ns:package/name@version`; always given back in full. */
function parsePath({ cursor, qualify }: Context): string {
  const first = cursor.name();
  if (!cursor.take(":")) return qualify(first);
  const pkg = cursor.name();
  cursor.expect("/");
  return `${first}:${pkg}/${cursor.name()}${cursor.version()}`;
}

/** Takes a type declaration or a `use`; false when the next item is neither. */
function parseDeclaration(context: Context, scope: ScopeSyntax, doc: string): boolean {
  const { cursor } = context;
  // a function may have a keyword for a name: `use: func()`
  if (cursor.peek(1) === ":") return false;
  const { line } = cursor;
  if (cursor.take("use")) return parseUse(context, scope);
  if (cursor.take("type")) {
    const name = cursor.name();
    cursor.expect("=");
    const member = { name, type: parseType(cursor), doc, line };
    cursor.expect(";");
    scope.types.push({ kind: "alias", name, members: [member], doc, line });
    return true;
  }
  const kind = DECLARATIONS.find((word) => cursor.take(word));
  if (kind) {
    const name = cursor.name();
    cursor.expect("{");
    const members = cursor.list("}", () => parseMember(cursor, kind));
    scope.types.push({ kind, name, members, doc, line });
    return true;
  }
  if (UNSUPPORTED.includes(cursor.peek() ?? "")) cursor.fail("not supported");
  return false;
}

function parseUse(context: Context, scope: ScopeSyntax): true {
  const { cursor } = context;
  const from = parsePath(context);
  cursor.expect(".");
  cursor.expect("{");
  cursor.list("}", () => {
    const line = cursor.line;
    const name = cursor.name();
    scope.uses.push({ from, name, local: cursor.take("as") ? cursor.name() : name, line });
  });
  cursor.expect(";");
  return true;
}

function parseMember(cursor: Cursor, kind: TypeDeclaration["kind"]): MemberSyntax {
  const doc = startItem(cursor);
  const { line } = cursor;
  const name = cursor.name();
  let type: TypeSyntax | null = null;
  if (kind === "record") {
    cursor.expect(":");
    type = parseType(cursor);
  } else if (kind === "variant" && cursor.take("(")) {
    type = parseType(cursor);
    cursor.expect(")");
  }
  return { name, type, doc, line };
}

function parseFunc(cursor: Cursor, name: string, doc: string): FuncSyntax {
  const { line } = cursor;
  if (cursor.peek() === "async") cursor.fail("async is not supported");
  cursor.expect("func");
  cursor.expect("(");
  const params = cursor.list(")", () => parseMember(cursor, "record"));
  const result = cursor.take("->") ? parseType(cursor) : null;
  cursor.expect(";");
  return { name, params, result, doc, line };
}

function parseType(cursor: Cursor): TypeSyntax {
  const { line } = cursor;
  if (UNSUPPORTED.includes(cursor.peek() ?? "")) cursor.fail("not supported");
  const name = cursor.name();
  const args = cursor.take("<") ? cursor.list(">", () => parseArgument(cursor)) : [];
  return { name, args, line };
}

function parseArgument(cursor: Cursor): TypeSyntax | null {
  if (cursor.take("_")) return null;
  if (/^[0-9]/.test(cursor.peek() ?? "")) cursor.fail("a list of fixed length is not supported");
  return parseType(cursor);
}
