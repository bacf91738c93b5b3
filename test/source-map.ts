/** The mappings of a source map, version 3: base 64 digits of five bits and a sign, relative to the one before. */

export interface SourceMap {
  sources: string[];
  mappings: string;
}

export interface Segment {
  /** In the generated text, in UTF-16 units. */
  offset: number;
  /** Index into the sources. */
  source: number;
  /** In the source, from 0. */
  line: number;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The numbers of one segment: five bits a digit, the sixth says that more follow, the first of all is the sign. */
function numbers(text: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = digits.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return values;
}

/** Every place of the generated text that comes from a place of a source. */
export function segments({ mappings }: SourceMap, text: string): Segment[] {
  const found: Segment[] = [];
  let [source, line, start] = [0, 0, 0];
  for (const row of mappings.split(";")) {
    let column = 0;
    for (const [step = 0, from, down] of row.split(",").map(numbers)) {
      column += step;
      if (from === undefined || down === undefined) continue;
      source += from;
      line += down;
      found.push({ offset: start + column, source, line });
    }
    start = text.indexOf("\n", start) + 1;
  }
  return found;
}
