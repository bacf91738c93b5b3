import { Transform } from "assemblyscript/transform";

/** The part of asc's program that is used here. */
interface Element {
  kind: number;
  internalName: string;
  is(flag: number): boolean;
  type: { isReference: boolean };
}

/** ElementKind.Global and CommonFlags.Const of asc, which its typings only declare. */
const GLOBAL = 0;
const CONST = 8;

/**
 * An asc transform that refuses a module-level variable which can be given an object during a call: the post-return
 * gives the memory of all objects back, and the next call would read garbage.
 *
 * A `const` table is made at start-up, before the mark, and stays; that nothing is pushed to one is left to review.
 */
export class Stateless extends Transform {
  override afterCompile(): void {
    const program = this.program as unknown as { elementsByName: Map<string, Element> };
    for (const element of program.elementsByName.values()) {
      if (element.kind !== GLOBAL || element.is(CONST)) continue;
      if (element.internalName.startsWith("~lib/") || !element.type.isReference) continue;
      throw new Error(`\`${element.internalName}\` would keep an object from one call to the next`);
    }
  }
}
