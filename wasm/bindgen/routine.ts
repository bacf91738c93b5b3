import { typeKey } from "./name.ts";
import type { Type } from "./wit/model.ts";

/** The generated routines of one file, such as `lift_IdMapsFacts`: each is written once, when first needed. */
export class Routines {
  private readonly made = new Map<string, string>();

  /** The name of the routine that does `verb` to `type`; `write` gives its text. */
  need(verb: string, type: Type, write: (name: string) => string): string {
    const name = `${verb}_${typeKey(type)}`;
    if (!this.made.has(name)) {
      this.made.set(name, ""); // a place in the order before those that it needs itself
      this.made.set(name, write(name));
    }
    return name;
  }

  text(): string {
    return [...this.made.values()].join("\n");
  }
}
