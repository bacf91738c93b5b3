import { statSync } from "node:fs";
import { WrunError } from "../error.ts";
import { directoryOf, listIds } from "../state/container.ts";
import { type State, state } from "./state.ts";

/** A container in a list: its state, and the uid of whoever made it. */
export type Listed = State & { uid: number };

/** All containers of this state directory, by id. One that goes meanwhile is left out. */
export function list(): Listed[] {
  return listIds().sort().flatMap(listed);
}

function listed(id: string): Listed[] {
  try {
    const { uid } = statSync(directoryOf(id) ?? "");
    return [{ ...state(id), uid }];
  } catch (error) {
    if (error instanceof WrunError && error.code === "ERR_NOT_FOUND") return [];
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
