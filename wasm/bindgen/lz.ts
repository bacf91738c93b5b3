/**
 * Compression for the data of a module: LZ4's block format (github.com/lz4/lz4, doc/lz4_Block_format.md), which takes
 * twenty lines to expand. runtime/unpack.ts is the other half.
 */

const match_bytes_min = 4;
const distance_max = 0xffff;
/** How many earlier places are tried for each match. */
const tries_max = 256;

/** A block that expands to `source`; unlike LZ4's own it may end with a match, as our half stops where the data ends. */
export function compress(source: Uint8Array): Uint8Array {
  const out: number[] = [];
  const places = new Map<number, number[]>();
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const note = (at: number): void => {
    if (at + match_bytes_min > source.length) return;
    const key = view.getUint32(at);
    const list = places.get(key);
    if (list) list.push(at);
    else places.set(key, [at]);
  };
  const longest = (at: number): Match | undefined => {
    if (at + match_bytes_min > source.length) return undefined;
    return findMatch(source, at, places.get(view.getUint32(at)) ?? []);
  };
  let start = 0; // of the literals not written yet
  for (let at = 0; at < source.length; ) {
    const match = longest(at);
    note(at);
    if (!match) {
      at++;
      continue;
    }
    // A longer one that begins a byte later is worth that byte.
    const later = longest(at + 1);
    if (later && later.length > match.length + 1) {
      at++;
      continue;
    }
    sequence(out, source.subarray(start, at), match);
    for (let i = 1; i < match.length; i++) note(at + i);
    at += match.length;
    start = at;
  }
  if (start < source.length) sequence(out, source.subarray(start), undefined);
  return Uint8Array.from(out);
}

interface Match {
  distance: number;
  length: number;
}

function findMatch(source: Uint8Array, at: number, places: readonly number[]): Match | undefined {
  let best: Match | undefined;
  for (let i = places.length - 1; i >= 0 && i >= places.length - tries_max; i--) {
    const from = places[i] as number;
    if (at - from > distance_max) break;
    let length = match_bytes_min;
    while (at + length < source.length && source[from + length] === source[at + length]) length++;
    if (length > (best?.length ?? 0)) best = { distance: at - from, length };
  }
  return best;
}

function sequence(out: number[], literals: Uint8Array, match: Match | undefined): void {
  const extra = match ? match.length - match_bytes_min : 0;
  out.push((Math.min(literals.length, 15) << 4) | Math.min(extra, 15));
  count(out, literals.length);
  for (const byte of literals) out.push(byte);
  if (!match) return;
  out.push(match.distance & 0xff, match.distance >> 8);
  count(out, extra);
}

/** What goes beyond the 15 of the token's half. */
function count(out: number[], length: number): void {
  if (length < 15) return;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) out.push(255);
  out.push(rest);
}
