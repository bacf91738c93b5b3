/** `wrun list`. */
import { readFileSync } from "node:fs";
import { type Listed, list } from "../../lifecycle/list.ts";
import { type Arguments, refuseRest, usageError } from "../flag.ts";
import { print } from "../output.ts";

/** Prints the containers; 0. */
export function execute({ switches, values, rest }: Arguments): number {
  refuseRest("list", rest);
  const format = values.get("format") ?? "table";
  if (format !== "table" && format !== "json")
    throw usageError(`\`--format\` is \`${format}\``, "it is `table` or `json`");
  const containers = list();
  if (switches.get("quiet")) print(containers.map(({ id }) => `${id}\n`).join(""));
  else if (format === "json") print(`${JSON.stringify(containers.map(withOwner))}\n`);
  else print(table(containers));
  return 0;
}

const heads = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"];
/** As runc lays it out. */
const cell_min = 12;

function table(containers: readonly Listed[]): string {
  const rows = containers.map((each) => {
    const { id, pid, status, bundle, created } = each;
    return [id, `${pid}`, status, bundle, created, withOwner(each).owner];
  });
  const widths = heads.map((_, column) =>
    Math.max(cell_min, ...[heads, ...rows].map((row) => (row[column] ?? "").length + 3)),
  );
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join("");
  return [heads, ...rows].map((row) => `${line(row)}\n`).join("");
}

function withOwner({ uid, ...state }: Listed): Omit<Listed, "uid"> & { owner: string } {
  return { ...state, owner: userName(uid) };
}

let accounts: string | undefined;

/** The number where the host has no name for it. */
function userName(uid: number): string {
  accounts ??= readAccounts();
  const line = accounts.split("\n").find((each) => each.split(":")[2] === `${uid}`);
  return line?.split(":")[0] || `${uid}`;
}

function readAccounts(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
