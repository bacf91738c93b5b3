import { type Token, tokenize, witError } from "./token.ts";

/** Reads tokens one by one; every complaint names the line and what stands there. */
export class Cursor {
  private readonly tokens: Token[];
  private at = 0;

  constructor(source: string) {
    this.tokens = tokenize(source);
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  get line(): number {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)]?.line ?? 1;
  }

  /** The doc comment before the next token. */
  get doc(): string {
    return this.tokens[this.at]?.doc ?? "";
  }

  peek(ahead = 0): string | undefined {
    return this.tokens[this.at + ahead]?.text;
  }

  /** Takes the next token when it is `text`. */
  take(text: string): boolean {
    const found = this.peek() === text;
    if (found) this.at++;
    return found;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected \`${text}\``);
  }

  skip(): void {
    this.at++;
  }

  /** A name; a leading % (which lets a keyword be a name) is dropped. */
  name(): string {
    const text = this.peek();
    if (text === undefined || !/^%?[A-Za-z]/.test(text)) return this.fail("expected a name");
    this.at++;
    return text.replace("%", "");
  }

  /** `@1.2.3`, or "". */
  version(): string {
    const text = this.peek();
    if (text === undefined || !/^@[0-9]/.test(text)) return "";
    this.at++;
    return text;
  }

  /** Items with commas between them, a last comma allowed, up to and with `end`. */
  list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.take(end)) {
      items.push(item());
      if (!this.take(",")) {
        this.expect(end);
        break;
      }
    }
    return items;
  }

  fail(message: string): never {
    const found = this.peek();
    throw witError(this.line, `${message}, found ${found ? `\`${found}\`` : "the end"}`);
  }
}
