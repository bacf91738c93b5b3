/**
 * The candidate that a mistyped word most likely meant, or undefined when none is near.
 *
 * Near is at most a third of the word's letters wrong (and at least one), counted by `distance`; a candidate that the
 * word is the beginning of counts as one wrong letter.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(word.replace(/^-+/, "").length / 3));
  let best: string | undefined;
  let least = allowed + 1;
  for (const candidate of candidates) {
    const prefix = word.length > 3 && candidate.startsWith(word);
    const far = prefix ? 1 : distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

/**
 * Letters to insert, delete, replace or swap with their neighbour to get from one word to the other.
 * Source: optimal string alignment distance (Damerau 1964, without edits inside a swapped pair).
 */
export function distance(from: string, to: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const steps = [at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1)];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) steps.push(at(older, j - 2) + 1);
      row.push(Math.min(...steps));
    }
    older = previous;
    previous = row;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
