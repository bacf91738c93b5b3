/** A client in a machine of its own, which all tests of a file share. */
import type { Topic } from "../harness.ts";
import type { Need } from "../need.ts";
import type { Machine, Ran } from "./machine.ts";

export interface Client {
  machine: Machine;
  /** The client with these arguments; its stdout. Throws when it fails. */
  get(...argv: string[]): string;
  run(...argv: string[]): Ran;
  /** The words of the client with these arguments. */
  command(...argv: string[]): string[];
}

/** `words`: the client and what comes before all arguments. */
export function clientOf(machine: Machine, ...words: string[]): Client {
  const command = (...argv: string[]) => [...words, ...argv];
  return {
    machine,
    command,
    get: (...argv) => machine.get(...command(...argv)),
    run: (...argv) => machine.run(...command(...argv)),
  };
}

export interface Session<Of extends Client> {
  check(name: string, body: (client: Of) => void | Promise<void>): void;
  /** The last test of the file. */
  end(): void;
}

/** Boots at the first test; `clear` takes away after each what it has made. */
export function session<Of extends Client>(
  test: Topic,
  needs: readonly Need[],
  boot: () => Promise<Of>,
  clear: (client: Of) => void,
): Session<Of> {
  let shared: Promise<Of> | undefined;
  return {
    check(name, body) {
      test(name, { needs, timeout_ms: 60_000 }, async () => {
        shared ??= boot();
        const client = await shared;
        try {
          await body(client);
        } finally {
          clear(client);
        }
      });
    },
    end() {
      test("the machine goes away", { needs }, async () => {
        await (await shared)?.machine.end();
      });
    },
  };
}
