/** What the generated host binding is bundled with. */
export * from "./bits.ts";
export * from "./check.ts";
export * from "./error.ts";
export * from "./lift.ts";
export { Memory } from "./memory.ts";
export * from "./numbers.ts";
export * from "./text.ts";
