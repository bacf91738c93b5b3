import type { Process } from "../spec/types.ts";
import type { ExecProcess } from "./exec-spec.ts";

export interface ExecOptions extends ExecProcess {
  /** The process as a whole, as in config.json. */
  process?: Process;
  /** `USER[:GROUP]`, looked up in the container. */
  user?: string;
  /** Cgroups below the container's own, `[CONTROLLER[,CONTROLLER]:]PATH`; they have to be there. */
  cgroups?: readonly string[];
  /** Resolve when the program runs, and leave it. */
  detach?: boolean;
  pidFile?: string;
  consoleSocket?: string;
  pidfdSocket?: string;
  /** Descriptors of this process, for the program from 3 on. */
  fds?: readonly number[];
  /** Not refused in a container that is paused: it waits until that goes on. */
  ignorePaused?: boolean;
  interactive?: boolean;
  stdin?: "inherit" | "ignore";
  stdout?: "inherit" | "ignore" | "pipe";
  stderr?: "inherit" | "ignore" | "pipe";
  signal?: AbortSignal;
}
