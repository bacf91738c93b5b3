import * as assert from "uvu/assert";
import { Channel } from "../../shim/channel.ts";
import { pipe2 } from "../../shim/socket.ts";
import { topic } from "../harness.ts";
import { kept } from "./kept.ts";

const test = topic("shim poll");

/** What a read that has begun makes of an abort, `meanwhile` having happened since the last look. */
function aborted(meanwhile: (writing: Channel) => void): Promise<Uint8Array | null> {
  const [reading, writing] = pipe2().map((fd) => new Channel(fd)) as [Channel, Channel];
  const control = new AbortController();
  const reason = new Error("enough");
  const read = reading.read(1, control.signal);
  meanwhile(writing);
  control.abort(reason);
  return read.finally(() => {
    reading[Symbol.dispose]();
    writing[Symbol.dispose]();
  });
}

test("an abort ends the waiting", () =>
  kept(async () => {
    const said = await aborted(() => {}).catch((error: Error) => error.message);
    assert.is(said, "enough");
  }));

test("what came before the abort counts: a message, or the end", () =>
  kept(async () => {
    assert.equal(
      await aborted((writing) => writing.write(new Uint8Array([7]))),
      new Uint8Array([7]),
    );
    assert.is(await aborted((writing) => writing.close()), null);
  }));

test.run();
