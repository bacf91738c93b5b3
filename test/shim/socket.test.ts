import * as assert from "uvu/assert";
import { Channel } from "../../shim/channel.ts";
import { read, write, writeAll } from "../../shim/files.ts";
import { tryCall } from "../../shim/libc.ts";
import { memfdCreate } from "../../shim/memfd.ts";
import { readable } from "../../shim/poll.ts";
import { pipe2, receiveFds, sendFds, socketpair } from "../../shim/socket.ts";
import { topic } from "../harness.ts";
import { shell } from "./child.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim socket");
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test("passes descriptors, close-on-exec and owned", { vm: true }, () =>
  kept(() => {
    for (const type of ["stream", "seqpacket"] as const) {
      const [a, b] = socketpair(type);
      using left = a;
      using right = b;
      using file = memfdCreate("passed");
      writeAll(file, Buffer.from("abc"));
      assert.is(sendFds(left, Buffer.from("hello"), [file, file, file]), 5);
      const { bytes, fds } = receiveFds(right, { count: 3 });
      assert.is(text(bytes), "hello");
      assert.is(fds.length, 3);
      for (const fd of fds) {
        assert.is(tryCall("fcntl", fd.number, 1), 1, "FD_CLOEXEC");
        write(fd, Buffer.from("d"));
        fd.close();
      }
    }
  }),
);

test("keeps none when more came than expected", () =>
  kept(async () => {
    const [a, b] = socketpair();
    using left = a;
    using right = b;
    sendFds(left, Buffer.from("x"), [left, right, left, right]);
    assert.is(
      (await thrown(() => receiveFds(right, { count: 1 }))).message,
      "recvmsg `socket`: EMSGSIZE (message too long)",
    );
  }));

test("receives bytes alone, and the end", () =>
  kept(async () => {
    const [a, b] = socketpair();
    using right = b;
    sendFds(a, Buffer.from("only"), []);
    a.close();
    const first = receiveFds(right);
    assert.equal([text(first.bytes), first.fds], ["only", []]);
    assert.is(receiveFds(right).bytes.length, 0);
    assert.throws(() => sendFds(right, new Uint8Array(0), []), /at least one byte/);
    assert.match((await thrown(() => sendFds(right, Buffer.from("x"), []))).message, /: EPIPE/);
  }));

test("reads messages whole, however they arrive", { vm: true }, () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    using channel = new Channel(reading);
    const pieces = ["0123456789abcdef0123", "456789abcdef", "0123456789abcde", "f"];
    const send = async () => {
      for (const piece of pieces) {
        writeAll(writing, Buffer.from(piece));
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      writing.close();
    };
    const sent = send();
    for (let i = 0; i < 3; i++) {
      const message = await channel.read(16);
      assert.is(text(message ?? new Uint8Array()), "0123456789abcdef");
    }
    assert.is(await channel.read(16), null);
    assert.is(await channel.read(16), null);
    await sent;
  }),
);

test("reports an end within a message", () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    using channel = new Channel(reading);
    writeAll(writing, Buffer.from("12345"));
    writing.close();
    assert.is((await thrown(() => channel.read(16))).message, "`pipe` ended after 5 of 16 bytes");
  }));

test("takes a reset of the other side for the end", () =>
  kept(async () => {
    const [a, b] = socketpair();
    using channel = new Channel(a);
    channel.write(Buffer.from("never read"));
    b.close();
    assert.is(await channel.read(4), null);
  }));

test("lets the event loop run while it waits, for a hundred at once", { vm: true }, () =>
  kept(async () => {
    const pipes = Array.from({ length: 100 }, () => pipe2());
    // Written by a timer: without the event loop the wait would never end.
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
      if (ticks === 5) for (const [, writing] of pipes) write(writing, Buffer.from("x"));
    }, 1);
    const reads = pipes.map(async ([reading]) => {
      await readable(reading);
      return read(reading, new Uint8Array(1));
    });
    assert.equal(new Set(await Promise.all(reads)), new Set([1]));
    clearInterval(timer);
    for (const [reading, writing] of pipes) {
      reading.close();
      writing.close();
    }
  }),
);

test("looks at once for one that is new among old ones", () =>
  kept(async () => {
    const [old, oldEnd] = pipe2();
    using _old = old;
    const waiting = readable(old);
    await new Promise((resolve) => setTimeout(resolve, 150));
    for (let i = 0; i < 10; i++) {
      const [reading, writing] = pipe2();
      writing.close();
      let seen = false;
      const fresh = readable(reading).then(() => {
        seen = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(seen, "within one turn, though the old one is looked at every 10 ms only");
      await fresh;
      reading.close();
    }
    oldEnd.close();
    await waiting;
  }));

test("stops waiting when told, and refuses a second reader", () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    using _writing = writing;
    using channel = new Channel(reading);
    const controller = new AbortController();
    const first = thrown(() => channel.read(4, controller.signal));
    assert.is((await thrown(() => channel.read(4))).message, "`pipe` is being read already");
    controller.abort(new Error("enough"));
    assert.is((await first).message, "enough");
  }));

test("rejects when the descriptor is closed under it", () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    using _writing = writing;
    const waiting = thrown(() => readable(reading));
    reading.close();
    assert.is((await waiting).message, "ppoll `pipe`: EBADF (bad file descriptor)");
  }));

test("sees the end of a child's output", { vm: true }, () =>
  kept(async () => {
    const [reading, writing] = pipe2();
    using channel = new Channel(reading);
    using _pidfd = shell("printf 0123456789abcdef; sleep 0.05", [[writing.number, 1]]);
    writing.close();
    assert.is(text((await channel.read(16)) ?? new Uint8Array()), "0123456789abcdef");
    assert.is(await channel.read(16), null);
  }),
);

test.run();
