/** From core values to JavaScript, where that takes more than an expression. */

export function liftChar(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new RangeError("the component gave a char that is no Unicode scalar value");
  }
  return String.fromCodePoint(code);
}

export function liftCase<Item>(index: number, cases: readonly Item[]): Item {
  const found = cases[index];
  if (found === undefined) throw new RangeError("the component gave a case that its type has not");
  return found;
}

export function liftFlags(bits: number, labels: readonly string[]): Record<string, boolean> {
  const set: Record<string, boolean> = {};
  for (let bit = 0; bit < labels.length; bit++) {
    set[labels[bit] as string] = (bits & (1 << bit)) !== 0;
  }
  return set;
}
