/** `wrun events [--stats] [--interval TIME] ID`. */
import { events, statsEvent } from "../../lifecycle/events.ts";
import { eventLine } from "../../stats/event.ts";
import { type Arguments, refuseRest, takeId, usageError } from "../flag.ts";
import { print } from "../output.ts";

/** Prints events, one a line; 0 when the container has ended. Throws what events() throws. */
export async function execute({ switches, values, rest }: Arguments): Promise<number> {
  const [id, ...more] = takeId("events", "[--stats] [--interval TIME] ID", rest);
  refuseRest("events", more);
  const interval_ms = duration_ms(values.get("interval") ?? "5s");
  if (switches.get("stats")) print(`${eventLine(statsEvent(id))}\n`);
  else for await (const event of events(id, interval_ms)) print(`${eventLine(event)}\n`);
  return 0;
}

const units_ms = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** As Go writes it: 1m30s. */
function duration_ms(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const value = parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * units_ms[unit as keyof typeof units_ms],
    0,
  );
  if (parts.map(([whole]) => whole).join("") !== text || value < 1)
    throw usageError(`\`--interval\` is \`${text}\``, "it is a time such as 500ms, 5s or 1m30s");
  return value;
}
