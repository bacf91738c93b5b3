// The run-time half of the bindings, in AssemblyScript: the same for every world, copied beside the generated files.
// Needs `--runtime stub` and string-encoding=utf16.

/** Where pack.ts leaves what unpack() takes, below the first byte of data. */
const PACKED: usize = 1016;

/** Expands data that pack.ts has compressed (LZ4's block format): the first thing that runs. */
function unpack(from: usize, to: usize, end: usize): void {
  while (to < end) {
    const token = load<u8>(from++);
    let length: usize = token >> 4;
    if (length == 15) {
      let more: u8 = 255;
      while (more == 255) length += more = load<u8>(from++);
    }
    memory.copy(to, from, length);
    to += length;
    from += length;
    if (to >= end) return;
    let back = to - load<u16>(from);
    from += 2;
    length = token & 15;
    if (length == 15) {
      let more: u8 = 255;
      while (more == 255) length += more = load<u8>(from++);
    }
    // Byte for byte, since it may reach into what it makes.
    for (const last = to + length + 4; to < last; ) store<u8>(to++, load<u8>(back++));
  }
}

// Zeros in a module that is not packed.
unpack(load<u32>(PACKED), PACKED + 8, load<u32>(PACKED, 4));

/** A present option of a scalar or of an option; an absent one is null. */
export class Opt<T> {
  constructor(public value: T) {}
}

/** The side of a result without a payload. */
export type Unit = u8;

/** AssemblyScript has no exceptions: a function fails by returning one of these. */
export class Result<T, E> {
  isErr: bool = false;
  value!: T;
  error!: E;

  static ok<T, E>(value: T): Result<T, E> {
    const result = new Result<T, E>();
    result.value = value;
    return result;
  }

  static err<T, E>(error: E): Result<T, E> {
    const result = new Result<T, E>();
    result.isErr = true;
    result.error = error;
    return result;
  }
}

/**
 * Memory for what the host writes.
 *
 * Each block is made as a managed object (its header lies before the data), so that a UTF-16 string or a list of
 * numbers is used where it lies, without a copy. The stub aligns all blocks to 16, more than any type needs.
 */
export function cabi_realloc(oldPtr: usize, oldSize: usize, align: usize, newSize: usize): usize {
  return oldSize ? __renew(oldPtr, newSize) : __new(newSize, idof<String>());
}

/** A string from pointer and length in UTF-16 units; the pointer of an empty one is not to be followed. */
export function liftString(ptr: usize, length: u32): string {
  if (length == 0) return "";
  store<u32>(ptr - 4, length << 1); // rtSize: a host may have asked for more than it used
  return changetype<string>(ptr);
}

/** A list of numbers from pointer and length; the block becomes the array. */
export function liftNumbers<T>(ptr: usize, length: u32): StaticArray<T> {
  if (length == 0) return new StaticArray<T>(0);
  store<u32>(ptr - 8, idof<StaticArray<T>>()); // rtId
  store<u32>(ptr - 4, length * sizeof<T>()); // rtSize
  return changetype<StaticArray<T>>(ptr);
}

export function lowerString(text: string, at: usize): void {
  store<usize>(at, changetype<usize>(text));
  store<u32>(at, <u32>text.length, 4);
}

export function lowerNumbers<T>(list: StaticArray<T>, at: usize): void {
  store<usize>(at, changetype<usize>(list));
  store<u32>(at, <u32>list.length, 4);
}

/** Memory for the elements of a list. */
export function listRoom(bytes: usize): usize {
  return __new(bytes, idof<ArrayBuffer>());
}

// Where the heap ended after start-up: tables made by module-level code lie before it and stay.
let mark: usize = 0;

export function start(): void {
  mark = heap.alloc(0);
}

/**
 * Post-return: gives back everything allocated since start-up (arguments, temporaries, results) at one stroke.
 *
 * The stub never frees but for one case: freeing the last block lowers its bump pointer. So the block at the mark is
 * stretched to the end of the heap and freed. Nothing managed may be kept in a module-level variable after start-up.
 */
export function cabi_post(ret: usize): void {
  const last = heap.alloc(0);
  store<usize>(mark - 4, last + load<usize>(last - 4) - mark);
  heap.free(mark);
  mark = heap.alloc(0);
}
