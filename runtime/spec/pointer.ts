/** A JSON pointer (RFC 6901) from its parts; the empty list is the whole document, "". */
export function pointer(parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${encoded(String(part))}`).join("");
}

/** One part further down. */
export function below(at: string, part: string | number): string {
  return `${at}/${encoded(String(part))}`;
}

const encoded = (part: string) => part.replaceAll("~", "~0").replaceAll("/", "~1");
