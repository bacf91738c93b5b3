/** Brings back a container that `checkpoint` has saved. */
import { findCriu } from "../criu/conversation.ts";
import type { RestoreFlags } from "../criu/option.ts";
import { WrunError } from "../error.ts";
import type { RestoreProgram } from "../launch/criu.ts";
import type { RunOptions } from "../options/types.ts";
import { Container, type Running } from "../run/container.ts";
import { type Prepared, probeHost, readRequest } from "../run/prepare.ts";
import { planRestore, type Restoring, restoreContainer } from "../run/restore.ts";
import type { RunResult } from "../run/result.ts";
import { openStreams, runContainer } from "../run/run.ts";
import type { Streams } from "../run/stream.ts";
import { holdSignals } from "../signals/hold.ts";
import { reapOrphans } from "../state/remove.ts";
import { checkConsole, connect } from "./create.ts";

export interface RestoreOptions
  extends RestoreFlags,
    Pick<RunOptions, "bundle" | "pidFile" | "signal"> {}

export interface DetachedRestoreOptions extends Omit<RestoreOptions, "signal"> {
  /** Path of a unix socket that is sent the master of the container's terminal. Has to be there with a terminal. */
  consoleSocket?: string;
}

/**
 * Brings a container back, with this process's own standard streams in the place of what it had from outside, and
 * resolves when it has ended; nothing is left of it then.
 *
 * The bundle (default: the working directory) is that of before, or one like it: limits, bind mounts and joined
 * namespaces are those of its config.json. Rejects with ERR_CRIU, and with what `run` rejects with.
 */
export async function restore(id: string, options: RestoreOptions): Promise<RunResult> {
  return await restoreAndFollow(id, options, {});
}

/** Only for wrun's own command. */
export async function restoreAndFollow(
  id: string,
  { bundle = ".", pidFile, signal, ...asked }: RestoreOptions,
  internals: { forwardSignals?: boolean; started?: (id: string, pid: number) => void },
): Promise<RunResult> {
  const plan = new Plan(asked);
  return await runContainer(
    {
      bundle,
      name: id,
      interactive: true,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
      ...(pidFile !== undefined && { pidFile }),
      ...(signal && { signal }),
    },
    {
      ...internals,
      rewrite: (prepared) => plan.rewrite(prepared),
      launch: (container, streams, abort) => {
        return plan.restore(container, { detached: false, console: undefined }, streams, abort);
      },
    },
  );
}

/**
 * Brings a container back and leaves it alone: it is as one that `create` and `start` have made. Rejects as `restore`,
 * and then nothing is left.
 */
export async function restoreDetached(
  id: string,
  { bundle = ".", pidFile, consoleSocket, ...asked }: DetachedRestoreOptions,
  internals: { holdSignals?: boolean } = {},
): Promise<{ id: string; pid: number }> {
  const hold = internals.holdSignals ? holdSignals() : undefined;
  const abort = hold?.signal ?? new AbortController().signal;
  const plan = new Plan(asked);
  try {
    const facts = probeHost();
    const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    const options = { bundle, name: id, ...streams, ...(pidFile !== undefined && { pidFile }) };
    // Who asks for the pid waits for the process himself, as its parent when wrun is gone: conmon, containerd's shim.
    const request = readRequest(options, facts, { keeper: pidFile === undefined });
    await reapOrphans();
    const container = Container.claim(request, facts, (prepared) => plan.rewrite(prepared));
    try {
      const { pid, pidfd } = await plan.detach(container, consoleSocket, abort);
      pidfd.close();
      container.release();
      return { id, pid };
    } catch (error) {
      await container.remove();
      throw abort.aborted ? abort.reason : error;
    }
  } finally {
    hold?.release();
  }
}

/** The program that is made when the id is taken, for when it is run. */
class Plan {
  readonly #asked: RestoreFlags;
  readonly #criu = findCriu();
  #made: RestoreProgram | undefined;

  constructor(asked: RestoreFlags) {
    this.#asked = asked;
  }

  rewrite(prepared: Prepared): Prepared {
    checkRootfs(prepared);
    this.#made = planRestore(prepared, this.#criu, this.#asked);
    return { ...prepared, program: this.#made.program };
  }

  async restore(
    container: Container,
    how: Pick<Restoring, "detached" | "console">,
    streams: Streams,
    abort: AbortSignal,
  ): Promise<Running> {
    if (!this.#made) throw new RangeError("a container is restored that was not claimed");
    return await restoreContainer(
      container,
      { ...how, asked: this.#asked, plan: this.#made },
      streams,
      abort,
    );
  }

  async detach(
    container: Container,
    consoleSocket: string | undefined,
    abort: AbortSignal,
  ): Promise<Running> {
    checkConsole(container.prepared.spec.process?.terminal ?? false, consoleSocket);
    using console = consoleSocket ? connect(consoleSocket, "the console socket") : undefined;
    const streams = await openStreams(container);
    try {
      return await this.restore(container, { detached: true, console }, streams, abort);
    } finally {
      streams.close();
    }
  }
}

function checkRootfs({ request }: Prepared): void {
  if (request.rootfs.kind === "directory") return;
  throw new WrunError({
    code: "ERR_CONFIG_UNSUPPORTED",
    message: "a container is restored into a root file system of its own",
    hint: "set `root.path` in config.json",
    pointer: "/root",
  });
}
