/** How an error is shown: the text for people, one JSON object for programs. */
import { errnoText } from "../../shim/errno.ts";
import { WrunError } from "../error.ts";
import type { Colors } from "./color.ts";

/** Anything that is not a WrunError is a defect of wrun: its stack is kept as the reason, nobody else can say it. */
export function asWrunError(error: unknown): WrunError {
  if (error instanceof WrunError) return error;
  const because = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new WrunError({
    code: "ERR_INTERNAL",
    message: `wrun failed at something it did not expect: ${firstLine(because)}`,
    because,
    hint: "this is a defect of wrun, please report it with these lines",
    cause: error,
  });
}

/**
 * The text of an error for stderr.
 *
 * `last` adds a final line that says it all again: what reads wrun's stderr through a pipe often keeps only the last
 * line (opencontainers/runc PR 5040). On a terminal the reader sees the first one.
 */
export function errorText(
  error: WrunError,
  { colors, last, exitCode }: { colors: Colors; last: boolean; exitCode: number },
): string {
  const { code, because, step, pointer, document = "config.json", hint } = error;
  const message = firstLine(error.message);
  const rows: [label: string, text: string | undefined][] = [
    ["because", because],
    ["at", step && `step ${step.index} of ${step.of}, ${step.say}`],
    ["in", pointer === undefined ? undefined : `${document} at ${pointer || "the top"}`],
    ["hint", hint],
    ["code", `${code} (exit ${exitCode})   help: wrun help ${code}`],
  ];
  const lines = [`${colors.red("wrun:")} ${colors.bold(visible(message))}`];
  for (const [label, text] of rows) {
    if (text === undefined || text === "") continue;
    const [first = "", ...more] = text.split("\n").map(visible);
    lines.push(
      `  ${colors.dim(label.padEnd(9))}${first}`,
      ...more.map((line) => `           ${line}`),
    );
  }
  if (last) {
    const advice = hint === undefined || hint === "" ? "" : `; hint: ${firstLine(hint)}`;
    lines.push(`wrun: ${code}: ${wholeMessage(error)}${visible(advice)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The same as one line of JSON; keys are those of ErrorDetails and stable. */
export function errorJson(error: WrunError, exitCode: number): string {
  const { code, message, because, hint, pointer, document, step, errno, syscall, path } = error;
  const details = { code, message, because, hint, pointer, document, step, errno, syscall, path };
  return `${JSON.stringify({ error: { ...details, exitCode } })}\n`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** With the kernel's own words: callers look for `no such file or directory` and `permission denied`. */
export function wholeMessage({ message, errno }: WrunError): string {
  const text = errno === undefined ? undefined : errnoText(errno);
  const first = firstLine(message);
  return visible(text && !first.includes(text) ? `${first} (${text})` : first);
}

/** A rootfs may hold names with escape sequences in them; an error must not replay them on the reader's terminal. */
export function visible(text: string): string {
  const escaped = (character: string) =>
    `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text.replace(/(?!\t)\p{Cc}/gu, escaped);
}
