/** Answers of the engine that were asked for before, by what was asked: it keeps nothing itself. */
export class Memo<Asked, Answer> {
  readonly #max: number;
  /** The newest last. */
  readonly #known: { asked: Asked; answer: Answer }[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** What is thrown is not kept. The answer is the same object each time, not to be changed. */
  get(asked: Asked, ask: () => Answer): Answer {
    const known = this.#known.find((each) => isSame(each.asked, asked));
    if (known) return known.answer;
    const answer = ask();
    // A copy, since the caller may change his own; what is compared is the content.
    this.#known.push({ asked: copy(asked), answer });
    if (this.#known.length > this.#max) this.#known.shift();
    return answer;
  }
}

/** structuredClone takes a hundred times as long. */
function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as T;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    // Four hundred names: without a call for each that is the same this takes a third of the time.
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !isSame(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a) as (keyof typeof a)[];
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (a[key] !== b[key] && !isSame(a[key], b[key])) return false;
  return true;
}
