/** One word or mark of a WIT text. */
export interface Token {
  text: string;
  /** Counted from 1. */
  line: number;
  /** The `///` lines right before it, without the slashes. */
  doc: string;
}

const NAME = "%?[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*";
const VERSION = "@[0-9][0-9A-Za-z.+-]*";
const TOKEN = new RegExp(
  `(\\s+)|///([^\\n]*)|//[^\\n]*|/\\*[^]*?\\*/|(->|${NAME}|${VERSION}|[0-9]+|[{}()<>,:;=.@/_*])`,
  "y",
);

/** A mistake in a WIT text, with the line it is on. */
export function witError(line: number, message: string): Error {
  return new Error(`wit line ${line}: ${message}`);
}

/**
 * Cuts a WIT text into tokens.
 *
 * @throws on a character that no token begins with.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let doc: string[] = [];
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (!match) throw witError(line, `unexpected \`${source[at]}\``);
    const [whole, , docLine, text] = match;
    if (docLine !== undefined) doc.push(docLine.trim());
    if (text !== undefined) {
      tokens.push({ text, line, doc: doc.join("\n") });
      doc = [];
    }
    line += whole.split("\n").length - 1;
    at += whole.length;
  }
  return tokens;
}
