/** cpuset(7) "List format" to the bytes of a mask, the lowest number in the lowest bit: AllowedCPUs of systemd. */

/** The kernel's NR_CPUS is 8192 at most. */
const numbers_most = 8192;

/** Of `0-3,8`; the engine has checked it. Throws RangeError above 8191. */
export function listed(list: string): Uint8Array {
  const bytes: number[] = [];
  for (const part of list.split(",").filter((range) => range.trim() !== "")) {
    const [first = 0, last = first] = part.split("-").map(Number);
    if (!(last < numbers_most)) throw new RangeError(`\`${part}\` is above ${numbers_most - 1}`);
    for (let n = first; n <= last; n++) {
      while (bytes.length <= n >> 3) bytes.push(0);
      bytes[n >> 3] = (bytes[n >> 3] ?? 0) | (1 << (n & 7));
    }
  }
  return Uint8Array.from(bytes);
}
