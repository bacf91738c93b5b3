import * as assert from "uvu/assert";
import { annotated } from "../../runtime/systemd/annotation.ts";
import type { BusValue } from "../../shim/systemd/bus.ts";
import { topic } from "../harness.ts";

const test = topic("properties in annotations");
const prefix = "org.systemd.property.";

const taken: [string, string, string, BusValue][] = [
  [
    "CollectMode",
    "'inactive-or-failed'",
    "CollectMode",
    { type: "s", value: "inactive-or-failed" },
  ],
  ["CollectMode", '"it\'s"', "CollectMode", { type: "s", value: "it's" }],
  ["CollectMode", "'it\\'s'", "CollectMode", { type: "s", value: "it's" }],
  ["SendSIGHUP", "true", "SendSIGHUP", { type: "b", value: true }],
  ["Some", "-5", "Some", { type: "i", value: -5n }],
  ["Some", "uint32 5", "Some", { type: "u", value: 5n }],
  ["Some", "int64 -5", "Some", { type: "x", value: -5n }],
  ["TasksMax", "uint64 18446744073709551615", "TasksMax", { type: "t", value: (1n << 64n) - 1n }],
  [
    "After",
    "['a.service', \"b,c.service\"]",
    "After",
    { type: "as", value: ["a.service", "b,c.service"] },
  ],
  ["TimeoutStopSec", "uint64 5", "TimeoutStopUSec", { type: "t", value: 5_000_000n }],
  ["TimeoutStopUSec", "uint64 5", "TimeoutStopUSec", { type: "t", value: 5n }],
];

test("a value of each type is taken", () => {
  for (const [name, text, property, value] of taken)
    assert.equal(annotated({ [prefix + name]: text }), [[property, value]], text);
  assert.equal(annotated({ "org.other": "x" }), []);
});

const refused: [string, string][] = [
  ["", "true"],
  ["Ab", "true"],
  ["Bad-Name", "true"],
  ["Some", ""],
  ["Some", "word"],
  ["Some", "'open"],
  ["Some", "2147483648"],
  ["Some", "uint32 -1"],
  ["Some", "[]"],
  ["Some", "['a' 'b']"],
  ["Some", "['a',]"],
  ["TimeoutStopSec", "-1"],
  ["TimeoutStopSec", "'5s'"],
  ["TimeoutStopSec", "uint64 18446744073709551615"],
];

test("what is not understood is refused, by the annotation's name", () => {
  for (const [name, text] of refused)
    assert.throws(
      () => annotated({ [prefix + name]: text }),
      new RegExp(`^${prefix}${name} `),
      text,
    );
});

test.run();
