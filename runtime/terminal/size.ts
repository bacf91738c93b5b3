import type { Fd } from "../../shim/fd.ts";
import { isTerminal, setWindowSize, type WindowSize, windowSize } from "../../shim/tty.ts";

/** One side of wrun's own standard streams; those that are no file (in a library's use) have no descriptor. */
export interface Side {
  readonly fd?: number;
}

/** The first of the streams that is a terminal: the one whose mode and size count. */
export function hostTerminal(...sides: (Side | undefined)[]): number | undefined {
  return sides.map((side) => side?.fd).find((fd) => typeof fd === "number" && isTerminal(fd));
}

/** What OCI's process.consoleSize says. */
export interface ConsoleSize {
  height: number;
  width: number;
}

/**
 * Gives the container's terminal a size, `first` or the host terminal's, and then that of the host's at every change.
 *
 * Where there is neither, the kernel's 0 by 0 stays: programs take that as unknown and not as no room.
 */
export function followSize(master: Fd, host: number | undefined, first?: ConsoleSize): () => void {
  const copy = () => {
    if (host !== undefined && !master.closed) setWindowSize(master, windowSize(host));
  };
  // Listening before the first copy, lest a change fall between the two.
  process.on("SIGWINCH", copy);
  if (first) setWindowSize(master, fromConsole(first));
  else copy();
  return () => process.off("SIGWINCH", copy);
}

function fromConsole({ height, width }: ConsoleSize): WindowSize {
  return { rows: height, columns: width, x_pixels: 0, y_pixels: 0 };
}
