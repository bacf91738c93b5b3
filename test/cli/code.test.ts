import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { errorsPage, fold } from "../../runtime/cli/code.ts";
import { codes } from "../../runtime/cli/table-code.ts";
import { project, topic } from "../harness.ts";
import { golden } from "./golden.ts";

const test = topic("error codes");

test("docs/errors.md is made of the table", () => golden("docs/errors.md", errorsPage()));

test("every code of runtime/error.ts has an entry, and no other", () => {
  const source = readFileSync(join(project, "runtime/error.ts"), "utf8");
  const union = [...source.matchAll(/^ {2}\| "(ERR_\w+)"/gm)].map(([, code]) => code);
  assert.ok(union.length > 20);
  assert.equal(codes.map(({ code }) => code).sort(), union.sort());
});

test("exit statuses are those of runtime/error.ts and of docker", () => {
  const of = (code: string) => codes.find((entry) => entry.code === code)?.exit;
  assert.is(of("ERR_EXEC_NOT_FOUND"), "127");
  assert.is(of("ERR_EXEC_INTERPRETER"), "127");
  assert.is(of("ERR_EXEC_DENIED"), "126");
  assert.is(of("ERR_EXEC_FORMAT"), "126");
  assert.is(of("ERR_CGROUP"), "125");
});

test("folds at spaces", () => {
  assert.is(fold("aa bb cc", 5), "aa bb\ncc");
  assert.is(fold("aaaaaaaa b", 3), "aaaaaaaa\nb");
});

test.run();
