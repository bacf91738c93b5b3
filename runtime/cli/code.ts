/** The texts about error codes, made of table-code.ts. */
import { type CodeEntry, codes } from "./table-code.ts";

/** Case does not matter, and the prefix ERR_ may be left out. */
export function findCode(word: string): CodeEntry | undefined {
  const code = word.toUpperCase().replace(/^(?!ERR_)/, "ERR_");
  return codes.find((entry) => entry.code === code);
}

/** What `wrun help CODE` prints. */
export function codeHelp({ code, exit, when, remedy }: CodeEntry): string {
  const paragraphs = [code, `exit status ${exit}`, ...[when, remedy].map((text) => fold(text, 78))];
  return `${paragraphs.join("\n\n")}\n`;
}

/** The whole of docs/errors.md. A test compares; `UPDATE=1` in its environment writes. */
export function errorsPage(): string {
  const sections = codes.map(
    ({ code, exit, when, remedy }) =>
      `## ${code}\n\n${fold(when, 100)}\n\n${fold(`**What to do:** ${remedy}`, 100)}\n\nExit status: ${exit}.\n`,
  );
  return `${introduction}\n${sections.join("\n")}`;
}

const introduction = `# Errors

Every error of wrun has a code. It is stable; the words around it may change. \`wrun help CODE\` prints what stands
here. This page is made of \`runtime/cli/table-code.ts\`.

\`wrun run\` exits with the status of the container's program, and with 128+n when signal n ended it. 125 means that
wrun failed, 126 that the command was found and cannot run, 127 that it was not found. A program may itself return
these: \`--status-fd\` tells them apart.
`;

/** Breaks a paragraph at spaces. A longer word stands on a line of its own. */
export function fold(text: string, columns: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
