import { WrunError } from "../../runtime/error.ts";

/** The WrunError that an act throws. Anything else, also nothing, fails the test that asked. */
export function thrown(act: () => unknown): WrunError {
  try {
    act();
  } catch (error) {
    if (error instanceof WrunError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
