const length_max = 512;

/**
 * A text in backticks for one line of a message.
 *
 * Names come from images that nobody has vouched for: control characters would move the cursor of whoever reads the
 * error, so they are spelt out, and a name as long as a book is cut.
 */
export function quote(text: string): string {
  const cut = text.length > length_max ? `${text.slice(0, length_max)}…` : text;
  return `\`${cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, spell)}\``;
}

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return short[character] ?? `\\u{${code.toString(16)}}`;
}
