import type { ErrorCode } from "../error.ts";

/** Why a file cannot be run, in the words of the error. */
export interface Finding {
  code: ErrorCode;
  /** What the kernel says for it. */
  errno: string;
  /** The subject of the message and what is wrong with it: `/bin/x` is a directory. */
  says: string;
  because?: string;
  hint?: string;
  /** The file that is to blame. */
  path: string;
  /** Is there no file of that name, nor a symbolic link: then the next entry of PATH counts. */
  absent?: boolean;
}

/** The kinds of finding, with the exit code that goes with each. */
export const exit_codes: Partial<Record<ErrorCode, number>> = {
  ERR_EXEC_NOT_FOUND: 127,
  ERR_EXEC_INTERPRETER: 127,
  ERR_EXEC_FORMAT: 126,
  ERR_EXEC_DENIED: 126,
};
