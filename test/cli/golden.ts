import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { project } from "../harness.ts";

/** Compares with a file of the repository; with UPDATE=1 in the environment it writes the file instead. */
export function golden(path: string, actual: string): void {
  const file = join(project, path);
  if (process.env.UPDATE === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  assert.fixture(actual, readFileSync(file, "utf8"), `${path} (UPDATE=1 writes it)`);
}
