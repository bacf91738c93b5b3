/** Each line of a text two spaces further in. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

export function lines(...parts: (string | string[])[]): string {
  return parts.flat().filter(Boolean).join("\n");
}

/** `{`, the statements further in, and `}`. */
export function block(head: string, ...body: (string | string[])[]): string {
  return `${head} {\n${indent(lines(...body))}\n}`;
}

/** A doc comment, or nothing. */
export function doc(text: string): string {
  if (!text) return "";
  const body = text.replaceAll("*/", "* /").split("\n");
  return body.length === 1
    ? `/** ${body[0]} */\n`
    : `/**\n${body.map((line) => ` * ${line}\n`).join("")} */\n`;
}
