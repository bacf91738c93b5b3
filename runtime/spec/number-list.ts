/** The most that CPUs and memory nodes are counted to. */
export const number_max = 1023;

/** A list as cpuset(7) writes it, `0-3,7`, in order; undefined when it is none. */
export function numberList(text: string): number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim()) ?? [];
    if (from === undefined || Number(to) > number_max || Number(from) > Number(to))
      return undefined;
    for (let n = Number(from); n <= Number(to); n++) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}
