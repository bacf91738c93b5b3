/** `wrun ps [--format table|json] ID [ps options]`. */
import { spawnSync } from "node:child_process";
import { WrunError } from "../../error.ts";
import { processesOf } from "../../lifecycle/ps.ts";
import { type Arguments, takeId, usageError } from "../flag.ts";
import { print } from "../output.ts";

const options_default = ["-ef"];

/** Prints the processes; 0. Throws what processesOf() throws, and ERR_USAGE for options that ps(1) does not take. */
export function execute({ values, rest }: Arguments): number {
  const [id, ...options] = takeId("ps", "[--format table|json] ID [ps options]", rest);
  const format = values.get("format") ?? "table";
  if (format !== "table" && format !== "json")
    throw usageError(`\`--format\` is \`${format}\``, "it is `table` or `json`");
  const pids = processesOf(id);
  if (format === "json") print(`${JSON.stringify(pids)}\n`);
  else print(table(pids, options.length > 0 ? options : options_default));
  return 0;
}

/** The lines of the host's ps(1) that are about these. */
function table(pids: readonly number[], options: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("ps", options, {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (error) throw noPs(error);
  if (status !== 0)
    throw usageError(`\`ps ${options.join(" ")}\` failed: ${stderr.trim()}`, "see man 1 ps");
  const [head = "", ...lines] = stdout.trimEnd().split("\n");
  const column = head.trim().split(/\s+/).indexOf("PID");
  if (column < 0)
    throw usageError("there is no column PID in what `ps` prints", "add `pid` to its options");
  const all = new Set(pids.map(String));
  const isOwn = (line: string) => all.has(line.trim().split(/\s+/)[column] ?? "");
  return [head, ...lines.filter(isOwn)].map((line) => `${line}\n`).join("");
}

function noPs(cause: Error): WrunError {
  return new WrunError({
    code: "ERR_FEATURE_MISSING",
    message: `cannot run \`ps\`: ${(cause as NodeJS.ErrnoException).code}`,
    hint: "install procps, or use --format json",
    cause,
  });
}
