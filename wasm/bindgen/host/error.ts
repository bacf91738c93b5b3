/** Thrown for the error of a `result<_, E>`; `payload` is the E. */
export class ComponentError extends Error {
  override readonly name = "ComponentError";
  readonly payload: unknown;

  constructor(payload: unknown) {
    super(sentence(payload));
    this.payload = payload;
  }
}

function sentence(payload: unknown): string {
  if (typeof payload === "string") return payload;
  if (Array.isArray(payload)) return payload.map(sentence).join("; ");
  const { message } = Object(payload);
  return typeof message === "string" ? message : String(payload);
}

/** The error that an imported function means; an Error without a payload is a mistake and passes on. */
export function payloadOf(thrown: unknown): unknown {
  if (typeof thrown === "object" && thrown !== null && "payload" in thrown) return thrown.payload;
  if (thrown instanceof Error) throw thrown;
  return thrown;
}

/** A value that does not have the type that the WIT gives it. The path grows as the error passes outwards. */
export class ValueError extends TypeError {
  private path = "";

  constructor(
    private readonly expected: string,
    private readonly found: unknown,
  ) {
    super();
    this.describe();
  }

  /** Says that the value is `key` of what is being looked at: a name, or `[index]`. */
  inside(key: string): this {
    const dot = key !== "" && this.path !== "" && !this.path.startsWith("[");
    this.path = `${key}${dot ? "." : ""}${this.path}`;
    this.describe();
    return this;
  }

  private describe(): void {
    this.message = `\`${this.path}\` must be ${this.expected}, not ${show(this.found)}`;
  }
}

/** For a catch around what is inside `key`. */
export function inside(error: unknown, key: string): unknown {
  return error instanceof ValueError ? error.inside(key) : error;
}

const SHOWN_CHARACTERS = 40;

function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  if (typeof value === "function") return "a function";
  const text = `${String(value).slice(0, SHOWN_CHARACTERS)}${typeof value === "bigint" ? "n" : ""}`;
  return typeof value === "string" ? `the string \`${text}\`` : `\`${text}\``;
}
