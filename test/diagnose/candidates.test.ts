import * as assert from "uvu/assert";
import { candidates, path_default, searchPath } from "../../runtime/diagnose/candidates.ts";
import { topic } from "../harness.ts";

const test = topic("diagnose: candidates");

test("a name with a slash stands for itself", () => {
  for (const name of ["/bin/sh", "./run", "bin/run", "/"]) {
    assert.equal(candidates(name, "/usr/bin"), [name]);
  }
});

test("a name without one is looked for in every entry, in order, once", () => {
  assert.equal(candidates("sh", "/usr/bin:/bin:/usr/bin/"), ["/usr/bin/sh", "/bin/sh"]);
  assert.equal(candidates("sh", "/"), ["/sh"]);
});

test("an empty entry is the working directory", () => {
  assert.equal(candidates("sh", ""), ["./sh"]);
  assert.equal(candidates("sh", "/bin:"), ["/bin/sh", "./sh"]);
  assert.equal(candidates("sh", ":/bin"), ["./sh", "/bin/sh"]);
});

test("the empty name is not a directory of PATH", () => {
  assert.equal(candidates("", "/bin"), [""]);
});

test("PATH is the last one of the environment, or the default", () => {
  assert.is(searchPath(["PATH=/a", "A=1", "PATH=/b"]), "/b");
  assert.is(searchPath(["PATH="]), "");
  assert.is(searchPath(["XPATH=/a"]), path_default);
});

test.run();
