/** `wrun plan`: what run would do, or why it would answer a call or a device so, as text or JSON. */
import { readFacts } from "../../facts/file.ts";
import { plan } from "../../plan.ts";
import { policy } from "../../policy/policy.ts";
import { colorsFor } from "../color.ts";
import type { Arguments } from "../flag.ts";
import { isTerminal, print } from "../output.ts";
import { explained, explainedJson, explainedText } from "../plan/explain.ts";
import { planJson, planText } from "../plan/text.ts";
import { inFlags, runOptions } from "../request.ts";

/** Prints the plan; 0. Throws what plan() throws. */
export function execute(given: Arguments): number {
  const made = planOf(given);
  const colors = colorsFor(isTerminal(1), process.env);
  const isJson = given.switches.get("json");
  const answers = explained(given, made);
  if (answers) print(isJson ? explainedJson(answers) : explainedText(answers, colors));
  else if (isJson) print(planJson(made));
  else
    print(
      planText(made, {
        colors,
        capabilities: policy().capabilities.names(),
        brief: given.switches.get("brief") ?? false,
      }),
    );
  return 0;
}

function planOf(given: Arguments): ReturnType<typeof plan> {
  try {
    const file = given.values.get("facts");
    const facts = file === undefined ? undefined : readFacts(file);
    return plan(runOptions(given, process.env), { facts });
  } catch (error) {
    throw inFlags(error);
  }
}
