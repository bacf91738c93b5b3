import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openFds } from "../../shim/fd.ts";
import { openDirectory } from "../../shim/files.ts";
import { rootView } from "../../shim/root-view.ts";
import { topic } from "../harness.ts";
import { withRoot } from "./tree.ts";

const test = topic("diagnose: root view");
const text = (bytes: Uint8Array | string) =>
  typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();

test("reads a part of a file, at most to its end", () => {
  withRoot({ "a/b": { text: "0123456789", mode: 0o640 } }, (view) => {
    assert.is(text(view.head("/a/b", 4)), "0123");
    assert.is(text(view.head("/a/b", 4, 8)), "89");
    const node = view.node("/a/b");
    assert.not.type(node, "string");
    if (typeof node !== "string") {
      assert.equal([node.type, node.mode, node.size_bytes], ["file", 0o640, 10]);
    }
    assert.is(view.node("/a/c"), "ENOENT");
    assert.is(view.node("/a/b/c"), "ENOTDIR");
  });
});

test("links are shown, and stay in the root", () => {
  withRoot({ passwd: { to: "/etc/passwd" }, up: { to: "../../../../etc/passwd" } }, (view) => {
    const node = view.node("/passwd");
    assert.is(typeof node === "string" ? node : node.link, "/etc/passwd");
    assert.is(view.head("/passwd", 10), "ENOENT");
    assert.is(view.head("/up", 10), "ENOENT");
    assert.is(view.head("/../../etc/passwd", 10), "ENOENT");
  });
});

test("what is no regular file is not read: FIFO, directory, device behind a link", () => {
  withRoot({ d: { mode: 0o755 } }, (view, dir) => {
    execFileSync("mkfifo", [join(dir, "fifo")]);
    assert.is(view.head("/fifo", 10), "EINVAL");
    assert.is(view.head("/d", 10), "EINVAL");
    const node = view.node("/fifo");
    assert.is(typeof node === "string" ? node : node.type, "other");
  });
  using root = openDirectory("/");
  const host = rootView(root);
  assert.is(host.head("/dev/zero", 10), "EINVAL");
  assert.is(host.head("/proc/self/fd/0", 10), "ELOOP");
});

test("a huge file is read no further than asked, and never more than 64 KiB", () => {
  withRoot({ big: { text: "" } }, (view, dir) => {
    truncateSync(join(dir, "big"), 2 ** 30);
    assert.is(view.head("/big", 256).length, 256);
    assert.is(view.head("/big", 2 ** 29).length, 65_536);
  });
});

test("the mount's noexec is seen", { needs: ["root"] }, () => {
  using root = openDirectory("/");
  const node = rootView(root).node("/proc");
  const options = execFileSync("findmnt", ["-no", "OPTIONS", "/proc"]).toString();
  assert.is(typeof node === "string" ? node : node.noexec, options.includes("noexec"));
});

test("leaves no descriptor open", () => {
  const before = openFds();
  withRoot({ a: { text: "x" } }, (view, dir) => {
    mkdirSync(join(dir, "b"));
    for (const path of ["/a", "/b", "/c"]) {
      view.node(path);
      view.head(path, 1);
    }
  });
  assert.is(openFds(), before);
});

test.run();
