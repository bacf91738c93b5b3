import { u32 } from "./check.ts";

type Realloc = (oldPtr: number, oldBytes: number, align: number, newBytes: number) => number;

/** The linear memory of one instance, and whether the instance may be entered. */
export class Memory {
  /** Fresh after alloc() and refresh() only: a memory that grows gets a new buffer. */
  view: DataView;
  /** The same bytes as UTF-16. WebAssembly is little-endian, and so is every machine that Node 20 runs on but s390x. */
  units: Uint16Array;
  /** Up to here are constants, which a string read once need not be read again. */
  readonly constants_end: number;
  readonly constants = new Map<number, string>();
  /** A call that traps leaves this on: what it was doing to the memory is not known. */
  private running = false;
  private readonly memory: WebAssembly.Memory;
  private readonly realloc: Realloc;

  constructor(exports: Record<string, unknown>) {
    this.memory = exports.memory as WebAssembly.Memory;
    this.realloc = exports.cabi_realloc as Realloc;
    this.view = new DataView(this.memory.buffer);
    this.units = new Uint16Array(this.memory.buffer);
    // Where the heap begins: what a call leaves is above, and given back after it.
    this.constants_end = this.alloc(1, 0);
  }

  /** @throws when a call runs already, or one has trapped: the component model forbids to enter it again. */
  enter(): void {
    if (this.running)
      throw new Error("cannot enter the component: a call has trapped or still runs");
    this.running = true;
  }

  end(): void {
    this.running = false;
  }

  refresh(): void {
    if (this.units.length > 0) return; // 0: detached, since the memory has grown
    this.view = new DataView(this.memory.buffer);
    this.units = new Uint16Array(this.memory.buffer);
  }

  /** Asks the component for memory; it is given back by the next post-return. */
  alloc(align: number, bytes: number): number {
    let at: number;
    try {
      at = this.realloc(0, 0, align, u32(bytes)) >>> 0;
    } catch (cause) {
      throw new RangeError(`the component has no memory for ${bytes} bytes`, { cause });
    }
    this.refresh();
    return at;
  }

  /** @throws when `count` elements do not lie inside the memory, or not on their alignment. */
  check(at: number, count: number, size: number, align: number): void {
    if (at % align !== 0 || at + count * size > this.view.byteLength) {
      throw new RangeError("the component gave a list outside of its memory");
    }
  }
}
