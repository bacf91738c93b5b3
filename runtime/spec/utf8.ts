/**
 * Bytes as text. `invalid` says that the text is only what stands before the first byte that is not UTF-8.
 *
 * A byte order mark is kept as a character, for the reader to refuse (RFC 8259 section 8.1 allows that).
 */
export function decode(bytes: Uint8Array): { text: string; invalid: boolean } {
  const text = attempt(bytes, false);
  if (text !== undefined) return { text, invalid: false };
  // The decoder does not say where: halve until it is known. A prefix may end inside a character (stream).
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (attempt(bytes.subarray(0, middle), true) === undefined) bad = middle;
    else good = middle;
  }
  return { text: attempt(bytes.subarray(0, good), true) ?? "", invalid: true };
}

function attempt(bytes: Uint8Array, stream: boolean): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
  } catch {
    return undefined;
  }
}
