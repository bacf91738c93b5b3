/** Messages of CRIU's protocol against the same made by hand after its images/rpc.proto, and against what is no message. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { goOnBytes, readResponse, requestBytes } from "../../runtime/criu/message.ts";
import { decodeMessage, encodeMessage, type Field } from "../../runtime/criu/protobuf.ts";
import type { CriuOptions } from "../../runtime/criu/table-field.ts";
import { topic } from "../harness.ts";

const test = topic("criu messages");

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

test("a field is its number, its type and its value", () => {
  const cases: [Field, string][] = [
    [[1, 0], "0800"],
    [[1, 150], "089601"],
    [[2, "testing"], "120774657374696e67"],
    [[3, [[1, 150]]], "1a03089601"],
    [[50, true], "900301"],
    [[38, 0x40000000], "b0028080808004"],
    [
      [
        25,
        [
          [1, ""],
          [2, "/a"],
        ],
      ],
      "ca01060a0012022f61",
    ],
  ];
  for (const [field, text] of cases) assert.is(hex(encodeMessage([field])), text);
  assert.throws(() => encodeMessage([[1, -1]]), /no varint/);
});

test("what was encoded is decoded, whatever it is", () => {
  const value = fc.oneof(fc.nat(), fc.string({ unit: "grapheme" }));
  const field = fc.tuple(fc.integer({ min: 1, max: 5000 }), value);
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const message = decodeMessage(encodeMessage(fields));
      const back = [...message].flatMap(([number, values]) =>
        values.map((each) => [
          number,
          typeof each === "bigint" ? Number(each) : Buffer.from(each).toString(),
        ]),
      );
      const sorted = (list: unknown[]) => list.map((each) => JSON.stringify(each)).sort();
      assert.equal(sorted(back), sorted(fields));
    }),
  );
});

test("bytes that are no message are an error and no more", () => {
  for (const text of ["08", "0880", "0a05aa", "0b", "09aa", "08ffffffffffffffffffffff01"])
    assert.throws(() => decodeMessage(bytes(text)), RangeError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (any) => {
      try {
        readResponse(any);
      } catch (error) {
        assert.instance(error, RangeError);
      }
    }),
  );
});

const options: CriuOptions = {
  imagesDirFd: 7,
  workDirFd: 8,
  logFile: "dump.log",
  logLevel: 4,
  root: "/r",
  notifyScripts: true,
  orphanPtsMaster: true,
  manageCgroups: true,
};

test("a request has its type and its options; lists are repeated fields", () => {
  const plain =
    "0801 122a 0807 880108 520864756d702e6c6f67 4804 6a022f72 6001 900301 c00101".replaceAll(
      " ",
      "",
    );
  const [head, ...fields] = [plain.slice(0, 4), plain.slice(8)];
  const made = hex(requestBytes("dump", options));
  assert.ok(made.startsWith(head ?? ""), made);
  assert.is(made.slice(8), fields[0]);
  const more = hex(
    requestBytes("restore", {
      ...options,
      external: ["mnt[/a]:b", "mnt[/c]:d"],
      inheritFd: [{ key: "pipe:[5]", fd: 1 }],
      cgRoot: [{ ctrl: "", path: "/x" }],
    }),
  );
  assert.ok(more.startsWith("0802"));
  assert.match(more, "aa02096d6e745b2f615d3a62aa02096d6e745b2f635d3a64");
  assert.match(more, "da010c0a08706970653a5b355d1001");
  assert.match(more, "ca01060a0012022f78");
  assert.is(hex(goOnBytes()), "08061801");
});

test("an answer, a notice and a failure", () => {
  const nothing = { script: "", pid: 0, errno: 0, message: "" };
  assert.equal(readResponse(bytes("0802 1001 2203 08ac02")), {
    ...nothing,
    kind: 2,
    success: true,
    pid: 300,
  });
  assert.equal(readResponse(bytes("0806 1001 2a0c 0a08 706f73742d613162 102a")), {
    ...nothing,
    kind: 6,
    success: true,
    script: "post-a1b",
    pid: 42,
  });
  assert.equal(readResponse(bytes("0801 1000 3834 4a03 626164")), {
    ...nothing,
    kind: 1,
    success: false,
    errno: 52,
    message: "bad",
  });
  // -1, as protobuf has it: ten bytes.
  assert.is(readResponse(bytes("0802 1000 220b 08ffffffffffffffffff01")).pid, -1);
});

test.run();
