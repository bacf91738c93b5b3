/** What CRIU's log says of a failure. */

const lines_max = 5;

/** Its errors, oldest first, without the time: the last five. */
export function errorsOf(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => /\bError \(/.test(line))
    .map((line) => line.replace(/^\(\s*[\d.]+\)\s*(\d+:\s*)?/, "").trim())
    .slice(-lines_max);
}

/** `Error (criu/mount.c:753): mnt: ...` without where in CRIU's source it comes from. */
export function wordsOf(error: string): string {
  return error.replace(/^Error \([^)]*\):\s*/, "").trim();
}
