/** Headless Chromium, and a server of files on the loopback for it. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { slowness } from "../harness.ts";
import { webAssemblyHost } from "../need.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync --virtual-time-budget=60000 --dump-dom";

/** The files of some directories, by the path of the URL, and texts that are in no file. */
function serve(roots: Record<string, string>, texts: Record<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const root = Object.keys(roots).find((prefix) => path.startsWith(prefix));
    const file = root === undefined ? "" : join(roots[root] as string, path.slice(root.length));
    const body = texts[path] ?? (existsSync(file) ? readFileSync(file) : undefined);
    const type = TYPES[extname(path)] ?? "text/plain";
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type }).end(body);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

/**
 * What a page has in its body when its scripts are done.
 *
 * @param path of the page at the server. @param roots prefixes of paths to directories.
 */
export async function bodyOf(
  path: string,
  roots: Record<string, string>,
  texts: Record<string, string> = {},
): Promise<string> {
  const server = await serve(roots, texts);
  const profile = mkdtempSync(join(tmpdir(), "wrun-chromium-"));
  try {
    const { port } = server.address() as AddressInfo;
    const args = [
      ...FLAGS.split(" "),
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}${path}`,
    ];
    const options = { timeout: 60_000 * slowness, maxBuffer: 2 ** 24 };
    const { stdout, stderr } = await promisify(execFile)(
      webAssemblyHost("chromium"),
      args,
      options,
    );
    const [, body] = /<body[^>]*>(.*)<\/body>/s.exec(stdout) ?? [];
    if (body === undefined) throw new Error(`the browser shows no page: ${stdout}${stderr}`);
    const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
    return body.replace(/&(lt|gt|amp);/g, (entity) => entities[entity] as string);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
