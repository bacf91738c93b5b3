import fc from "fast-check";
import * as assert from "uvu/assert";
import { colorsFor } from "../../runtime/cli/color.ts";
import { asWrunError, errorJson, errorText } from "../../runtime/cli/error.ts";
import { WrunError } from "../../runtime/error.ts";
import { topic } from "../harness.ts";

const test = topic("error text");
const plain = colorsFor(false, {});
const error = new WrunError({
  code: "ERR_MOUNT_TARGET",
  message: "cannot attach `/proc` in container `web-1`: ENOTDIR",
  because: "the image has a symbolic link at /proc",
  step: { index: 17, of: 41, say: "attach `/proc`" },
  hint: "rebuild the image with a real directory at /proc",
  errno: "ENOTDIR",
});

test("says what, why, where, and what to do", () => {
  const text = errorText(error, { colors: plain, last: false, exitCode: 125 });
  assert.is(
    text,
    [
      "wrun: cannot attach `/proc` in container `web-1`: ENOTDIR",
      "  because  the image has a symbolic link at /proc",
      "  at       step 17 of 41, attach `/proc`",
      "  hint     rebuild the image with a real directory at /proc",
      "  code     ERR_MOUNT_TARGET (exit 125)   help: wrun help ERR_MOUNT_TARGET",
      "",
    ].join("\n"),
  );
});

test("the last line alone suffices for who keeps only that", () => {
  const lines = errorText(error, { colors: plain, last: true, exitCode: 125 })
    .trimEnd()
    .split("\n");
  const last = lines.at(-1) ?? "";
  assert.match(
    last,
    /^wrun: ERR_MOUNT_TARGET: cannot attach `\/proc` in container `web-1`: ENOTDIR/,
  );
  assert.match(last, "rebuild the image");
});

test("leaves out what is not known", () => {
  const bare = new WrunError({ code: "ERR_CWD", message: "x: ENOENT" });
  const lines = errorText(bare, { colors: plain, last: false, exitCode: 125 })
    .trimEnd()
    .split("\n");
  assert.is(lines.length, 2);
});

test("shows the JSON pointer, also that of the whole document", () => {
  const text = (pointer: string) => {
    const given = new WrunError({ code: "ERR_CONFIG_INVALID", message: "m", pointer });
    return errorText(given, { colors: plain, last: false, exitCode: 125 });
  };
  assert.match(text("/process/cwd"), "config.json at /process/cwd");
  assert.match(text(""), "config.json at the top");
});

test("JSON is one line with stable keys", () => {
  const json = errorJson(error, 125);
  assert.is(json.split("\n").length, 2);
  const { error: given } = JSON.parse(json);
  assert.is(given.code, "ERR_MOUNT_TARGET");
  assert.is(given.exitCode, 125);
  assert.equal(given.step, { index: 17, of: 41, say: "attach `/proc`" });
});

test("what is no WrunError is a defect, with its stack", () => {
  const defect = asWrunError(new TypeError("x is not a function"));
  assert.is(defect.code, "ERR_INTERNAL");
  assert.match(defect.message, "x is not a function");
  assert.match(defect.because ?? "", "error.test");
  assert.is(asWrunError(error), error);
});

test("no control character of a hostile name reaches the terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const hostile = new WrunError({
        code: "ERR_CWD",
        message: `a ${name}`,
        hint: name,
        because: name,
      });
      const text = errorText(hostile, { colors: plain, last: true, exitCode: 125 });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      assert.not.match(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    }),
    { numRuns: 200 },
  );
});

test("colours: a terminal, unless NO_COLOR, and always with FORCE_COLOR", () => {
  const isColored = (terminal: boolean, env: NodeJS.ProcessEnv) =>
    colorsFor(terminal, env).red("x") !== "x";
  assert.ok(isColored(true, {}));
  assert.not.ok(isColored(false, {}));
  assert.not.ok(isColored(true, { NO_COLOR: "1" }));
  assert.ok(isColored(true, { NO_COLOR: "" }));
  assert.not.ok(isColored(true, { TERM: "dumb" }));
  assert.ok(isColored(false, { FORCE_COLOR: "1", NO_COLOR: "1" }));
  assert.not.ok(isColored(false, { FORCE_COLOR: "0" }));
});

test.run();
