import { constants } from "node:os";

/** Told of a signal and the process group that the terminal sends it to. */
export type Typed = (signal: number, group: number) => void;

/** Bits of c_lflag, and places in c_cc, include/uapi/asm-generic/termbits-common.h: the same on both architectures. */
const local = { isig: 0o1, icanon: 0o2 } as const;
const cc = { vintr: 0, vquit: 1, veof: 4 } as const;
const newline = 10;

/** struct termios: four words, of which c_lflag is the last, a byte, and c_cc. */
function localFlags(termios: Uint8Array): number {
  return new DataView(termios.buffer, termios.byteOffset).getUint32(12, true);
}

function character(termios: Uint8Array, place: number): number {
  return termios[17 + place] ?? 0;
}

/**
 * What tells a terminal of this mode that the input is over, after `last`.
 *
 * In canonical mode the character only hands on what has been typed so far: it takes a second one to make a read of
 * nothing after an unfinished line (man 3 termios, VEOF). A VEOF of 0 is switched off: there is no way to tell.
 */
export function endOfFile(termios: Uint8Array, last: number): Uint8Array {
  const veof = character(termios, cc.veof);
  if (veof === 0) return new Uint8Array();
  const canonical = (localFlags(termios) & local.icanon) !== 0;
  return new Uint8Array(canonical && last !== newline ? [veof, veof] : [veof]);
}

/** The signal that a terminal of this mode makes of these keys, the first when there are several. */
export function signalKey(keys: Uint8Array, termios: Uint8Array): number | undefined {
  if ((localFlags(termios) & local.isig) === 0) return undefined;
  const vintr = character(termios, cc.vintr);
  const vquit = character(termios, cc.vquit);
  const key = keys.find((byte) => byte !== 0 && (byte === vintr || byte === vquit));
  if (key === undefined) return undefined;
  return key === vintr ? constants.signals.SIGINT : constants.signals.SIGQUIT;
}
