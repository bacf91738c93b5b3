import { identifier, pascal, typeName } from "../name.ts";
import { block, doc, indent, lines } from "../text.ts";
import type { Enum, Flags, NamedType, RecordType, Type, Variant } from "../wit/model.ts";
import { asType, isScalar, payloadName } from "./type.ts";

/** The AssemblyScript declaration of a named type. */
export function declare(type: NamedType): string {
  return doc(type.doc) + declarations[type.kind](type as never);
}

const declarations = {
  record: declareRecord,
  variant: declareVariant,
  enum: declareEnum,
  flags: declareFlags,
};

function declareRecord(type: RecordType): string {
  const fields = type.fields.map(
    (field) => `${doc(field.doc)}public ${identifier(field.name)}: ${asType(field.type)},`,
  );
  return block(`export class ${typeName(type)}`, `constructor(\n${indent(lines(fields))}\n) {}`);
}

function declareEnum(type: Enum): string {
  return block(
    `export enum ${typeName(type)}`,
    type.cases.map((item) => `${doc(item.doc)}${pascal(item.name)},`),
  );
}

function declareFlags(type: Flags): string {
  return block(
    `export namespace ${typeName(type)}`,
    type.labels.map(
      (label, bit) => `${doc(label.doc)}export const ${pascal(label.name)}: u32 = 1 << ${bit};`,
    ),
  );
}

/** A tag and a member per payload: AssemblyScript has no unions. */
function declareVariant(type: Variant): string {
  const name = typeName(type);
  const tags = block(
    `export enum ${name}Tag`,
    type.cases.map((item) => `${pascal(item.name)},`),
  );
  const members = type.cases.map((item) =>
    item.type ? `${payloadName(item)}: ${memberType(item.type)} = ${zero(item.type)};` : "",
  );
  const makers = type.cases.map((item) =>
    block(
      `${doc(item.doc)}static ${pascal(item.name)}(${item.type ? `value: ${asType(item.type)}` : ""}): ${name}`,
      `const made = new ${name}(${name}Tag.${pascal(item.name)});`,
      item.type ? `made.${payloadName(item)} = value;` : "",
      "return made;",
    ),
  );
  return lines(
    tags,
    block(`export class ${name}`, `constructor(public tag: ${name}Tag) {}`, members, makers),
  );
}

/** The member of a payload is null while another case is the present one. */
function memberType(type: Type): string {
  return isScalar(type) || type.kind === "option" ? asType(type) : `${asType(type)} | null`;
}

function zero(type: Type): string {
  return isScalar(type)
    ? type.kind === "primitive" && type.name === "bool"
      ? "false"
      : "0"
    : "null";
}
