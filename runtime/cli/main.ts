import { dispatch, type Modules } from "./dispatch.ts";

/** Runs the command line of this process, and leaves its exit status to Node: what is still to be written is written. */
export function main(modules: Modules): void {
  void dispatch(process.argv.slice(2), modules).then((status) => {
    process.exitCode = status;
  });
}
