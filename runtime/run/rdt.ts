/** The container's class of service: Documentation/filesystems/resctrl.rst, config-linux.md#intelrdt. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ResctrlFacts } from "../../shim/facts/types.ts";
import type { RdtPlan } from "../../wasm/generated/host.js";
import { WrunError } from "../error.ts";
import type { RecordedRdt } from "../state/record.ts";

/** What the plan will make and use, to be written down before. */
export function recordedRdt(
  plan: RdtPlan | null,
  resctrl: ResctrlFacts | null,
): RecordedRdt | null {
  if (!plan || !resctrl) return null;
  const { mount } = resctrl;
  const group = join(mount, plan.class);
  const monitor = plan.monitor === "" ? [] : [join(mount, plan.monitor)];
  return {
    // Into the class first: a group that counts takes only processes of its own class.
    tasks: [group, ...monitor].map((directory) => join(directory, "tasks")),
    made: [...(plan.make ? [group] : []), ...monitor],
  };
}

/**
 * Makes the directories and writes the schemata. Throws WrunError ERR_RDT; the record then says what was made: a class that
 * came into being meanwhile is another's.
 */
export function makeRdt(plan: RdtPlan, { mount }: ResctrlFacts, recorded: RecordedRdt): void {
  const planned = recorded.made;
  recorded.made = [];
  for (const directory of planned) {
    attempt(mount, `make \`${directory}\``, () => mkdirSync(directory));
    recorded.made.push(directory);
  }
  if (plan.schemata === "") return;
  const path = join(mount, plan.class, "schemata");
  const shown = plan.schemata.trimEnd().replaceAll("\n", ", ");
  attempt(mount, `write \`${shown}\` to \`${path}\``, () => writeFileSync(path, plan.schemata));
}

/** A process that is to be in the class; those that it makes are born there. Throws WrunError ERR_RDT. */
export function enterRdt({ tasks }: RecordedRdt, pid: number): void {
  for (const path of tasks)
    attempt(join(path, ".."), `write \`${pid}\` to \`${path}\``, () =>
      writeFileSync(path, `${pid}`),
    );
}

/** Processes that are left go back to the root. Another container may be in a class, but not in one that was made for this. */
export function removeRdt({ made }: RecordedRdt): void {
  for (const directory of [...made].reverse()) {
    try {
      rmdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function attempt(mount: string, what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const { code: errno = "EIO", syscall } = error as NodeJS.ErrnoException;
    const because = lastStatus(mount);
    throw new WrunError({
      code: "ERR_RDT",
      message: `cannot ${what}: ${errno}`,
      ...(because && { because: `the kernel says: ${because}` }),
      pointer: "/linux/intelRdt",
      errno,
      ...(syscall && { syscall }),
      cause: error,
    });
  }
}

/** info/last_cmd_status: `ok`, or what was wrong with the last write. */
function lastStatus(mount: string): string {
  try {
    const text = readFileSync(join(mount, "info/last_cmd_status"), "utf8").trim();
    return text === "ok" ? "" : text;
  } catch {
    return "";
  }
}
