import { transformSync } from "esbuild";
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { segments } from "../source-map.ts";

const test = topic("source map");

test("every statement is found where it came from", () => {
  const source =
    "// a comment\nexport const a: number = 1;\n\ntype B = string;\nconsole.log(a as B);\n";
  const { code, map } = transformSync(source, { loader: "ts", sourcemap: true });
  const found = segments(JSON.parse(map), code);
  assert.equal([...new Set(found.map(({ line }) => line))], [1, 4]);
  const log = found.find(({ line }) => line === 4);
  assert.is(code.slice(log?.offset).slice(0, 11), "console.log");
});

test("numbers of more than one digit, and negative ones", () => {
  // Column 0 of line 100; then column 16 of line 99.
  const map = { sources: ["a"], mappings: "AAoGA,gBADA" };
  const expected = [
    { offset: 0, source: 0, line: 100 },
    { offset: 16, source: 0, line: 99 },
  ];
  assert.equal(segments(map, "x".repeat(20)), expected);
});

test.run();
