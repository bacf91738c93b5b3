import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transpileBytes } from "@bytecodealliance/jco-transpile";

/** What `jco transpile COMPONENT -o DIRECTORY` does: a module called as the component, which loads the rest itself. */
export async function transpile(component: string, directory: string, name: string): Promise<void> {
  // the default of the API, unlike that of the command line, is to throw bare payloads
  const options = { name, noComponentErrorWrapping: false };
  const { files } = await transpileBytes(readFileSync(component), options);
  rmSync(directory, { recursive: true, force: true });
  for (const [path, bytes] of Object.entries(files as Record<string, Uint8Array>)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), bytes);
  }
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
}
