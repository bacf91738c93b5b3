import { randomBytes } from "../../shim/random.ts";
import { bytesOf, id_bytes_max } from "./check/limit.ts";
import { quote } from "./quote.ts";

/**
 * What is wrong with a container's id, undefined when nothing is.
 *
 * It becomes the name of directories (state, cgroup), so it is one path part, and never `.` or `..` or hidden.
 */
export function nameProblem(id: string): string | undefined {
  if (id === "") return "the container's id is empty";
  if (bytesOf(id) > id_bytes_max) {
    return `the container's id ${quote(id)} has more than ${id_bytes_max} bytes`;
  }
  if (/^[A-Za-z0-9_+-][A-Za-z0-9_.+-]*$/.test(id)) return undefined;
  return `the container's id ${quote(id)} has more than letters, digits and \`_.+-\`, or begins with a dot`;
}

/** 12 random hexadecimal digits: 48 bits, so that among a million containers a clash is unlikely. */
export function randomName(): string {
  return Buffer.from(randomBytes(6)).toString("hex");
}
