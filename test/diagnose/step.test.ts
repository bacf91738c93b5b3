import * as assert from "uvu/assert";
import type { FailedStep } from "../../runtime/diagnose/reason.ts";
import type { RootView } from "../../shim/root-view.ts";
import { topic } from "../harness.ts";
import { explain } from "./failed.ts";
import { cases } from "./table-cases.ts";
import { type Entry, withRoot } from "./tree.ts";

const test = topic("diagnose: step");

for (const { name, syscall, errno, purpose, more, code, because, hint } of cases) {
  test(name, () => {
    const error = explain(syscall, errno, purpose, more);
    const { say, code: own } = { say: "do it", code: "ERR_LAUNCH", ...purpose };
    assert.is(error.message, `cannot ${say}: ${errno}`);
    assert.is(error.code, code ?? own);
    assert.match(error.because ?? "", because);
    if (hint) assert.match(error.hint ?? "", hint);
    assert.equal(error.step, { index: 3, of: 9, say });
    assert.is(error.exitCode, 125);
  });
}

function inTree(
  files: Record<string, Entry>,
  syscall: string,
  errno: string,
  purpose: FailedStep["purpose"],
) {
  return withRoot(files, (view: RootView) =>
    explain(syscall, errno, purpose, { root: view, host: view }),
  );
}

const source = { say: "open the source `/srv/web/html`", code: "ERR_MOUNT_SOURCE" };

test("a mount source: which part of it does not exist", () => {
  const purpose = { ...source, path: "/srv/web/html" };
  const error = inTree({ "srv/x": { text: "" } }, "open_tree", "ENOENT", purpose);
  assert.is(error.because, "there is no `/srv/web` on the host");
  assert.match(error.hint ?? "", /mkdir -p/);
});

test("a mount source: which directory is closed", { needs: ["root"] }, () => {
  const files = { "srv/web/html": { mode: 0o755 }, srv: { mode: 0o750 } };
  const error = inTree(files, "open_tree", "EACCES", { ...source, path: "/srv/web/html" });
  assert.is(error.because, "uid 1000 may not pass `/srv` (mode 0750, owner 0:0)");
});

test("a working directory: missing, a file, closed, or open and yet refused", {
  needs: ["root"],
}, () => {
  const files = { file: { text: "" }, shut: { mode: 0o700 }, open: { mode: 0o755 } };
  const cwd = (errno: string, path: string) =>
    inTree(files, "chdir", errno, { say: "enter the directory", code: "ERR_CWD", path }).because;
  assert.is(cwd("ENOENT", "/app"), "there is no `/app` in the container");
  assert.is(cwd("ENOTDIR", "/file/x"), "`/file` in the container is not a directory");
  assert.match(cwd("EACCES", "/shut") ?? "", /may not pass `\/shut` \(mode 0700/);
  assert.match(cwd("EACCES", "/open") ?? "", /an ACL or a security module/);
});

test("a symbolic link where a mount belongs", () => {
  const purpose = { say: "mount `proc` on `/proc`", code: "ERR_MOUNT_TARGET", path: "/proc" };
  const error = inTree({ proc: { to: "/tmp/fake" } }, "openat2", "ELOOP", purpose);
  assert.match(error.because ?? "", /^`\/proc` is a symbolic link to `\/tmp\/fake`/);
  assert.match(error.hint ?? "", /breakout/);
});

test("the step's own hint stays where nothing better is known", () => {
  assert.is(explain("openat2", "EIO", { hint: "see there" }).hint, "see there");
});

test.run();
