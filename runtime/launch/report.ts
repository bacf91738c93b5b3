/** What a program says to wrun, and how it waits for wrun. */
import type { Label, Purpose } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";

/** All that it takes to speak: a program of a launch, or a smaller one. */
export type Speaker = { program: Scene["program"]; fds: Pick<Scene["fds"], "report"> };

/** A message for wrun in the data, of 16 bytes. */
export function reportPlace(scene: Speaker, kind: number, detail: number): { at: number } {
  return scene.program.words([(BigInt(detail) << 32n) | BigInt(kind), 0]);
}

export function report(scene: Speaker, kind: number, detail: number, purpose: Purpose): void {
  const { program } = scene;
  program.call("write", [scene.fds.report, reportPlace(scene, kind, detail), 16], purpose);
}

/** One byte lets the program go on; an end of file means that wrun is gone, and so it ends. */
export function waitForHost(scene: Speaker, purpose: Purpose): void {
  const { program } = scene;
  const got = program.slot();
  const go: Label = program.label("go");
  const again = program.label("again");
  program.place(again);
  program.call("read", [scene.fds.report, program.space(8), 1], purpose, {
    save: got,
    on: { EINTR: again },
  });
  program.jumpIf(got, "==", 1, go, purpose);
  program.call("exit_group", [125], purpose);
  program.place(go);
}
