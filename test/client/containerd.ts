/** containerd in a machine, started by hand. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporary } from "../run/rootfs.ts";
import { until } from "../terminal/pty.ts";
import { logFile, type Machine } from "./machine.ts";
import { type Client, clientOf } from "./session.ts";

/** Where it listens. */
export function addressOf({ directory }: Machine): string {
  return `${directory}/containerd.sock`;
}

/** `more`: the rest of config.toml. Answers with `ctr`. */
export async function bootContainerd(given: Machine, more: string): Promise<Client> {
  const { directory } = given;
  const configuration = join(temporary("containerd"), "config.toml");
  writeFileSync(
    configuration,
    `version = 2
root = "${directory}/root"
state = "${directory}/state"
${more}
[grpc]
address = "${addressOf(given)}"
`,
  );
  given.start(logFile(`containerd-${process.pid}`), "containerd", "--config", configuration);
  const client = clientOf(given, "ctr", "--address", addressOf(given));
  await until("containerd answers", () => client.run("version").status === 0);
  return client;
}
