import * as assert from "uvu/assert";
import { write, writeAll } from "../../shim/files.ts";
import { memfdCreate, seal, sealedFile } from "../../shim/memfd.ts";
import { topic } from "../harness.ts";
import { output } from "./child.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim memfd");

test("seals a file against every change", { vm: true }, () =>
  kept(async () => {
    using fd = sealedFile("wrun-test", Buffer.from("abc"));
    assert.is(
      (await thrown(() => write(fd, Buffer.from("d")))).message,
      "write `wrun-test`: EPERM (operation not permitted)",
    );
    assert.is((await thrown(() => seal(fd))).message.slice(0, 24), "fcntl `wrun-test`: EPERM");
  }),
);

test("can be run when made for it", { vm: true }, () =>
  kept(async () => {
    using fd = memfdCreate("script", { exec: true });
    writeAll(fd, Buffer.from("#!/bin/sh\necho ran $1\n"));
    const path = `/proc/${process.pid}/fd/${fd.number}`;
    const { text, status } = await output({ path: "/bin/sh", argv: ["sh", path, "x"], fds: [] });
    assert.equal([text, status], ["ran x\n", { exited: 0 }]);
  }),
);

test.run();
