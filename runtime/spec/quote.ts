/** Input in a message: in backticks, short, and without a character that could move the cursor of a terminal. */
export function quote(value: string): string {
  return `\`${printable(value)}\``;
}

/** The same without backticks. */
export function printable(value: string): string {
  const short = value.length > shown_max ? `${value.slice(0, shown_max)}…` : value;
  return short.replace(/[\p{C}`]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

const shown_max = 64;
