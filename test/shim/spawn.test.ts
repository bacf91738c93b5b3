import fc from "fast-check";
import * as assert from "uvu/assert";
import { duplicate, openDirectory } from "../../shim/files.ts";
import { call } from "../../shim/libc.ts";
import { memfdCreate } from "../../shim/memfd.ts";
import { spawn } from "../../shim/spawn.ts";
import { topic } from "../harness.ts";
import { output } from "./child.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim spawn");

/** What `ls -l /proc/self/fd` prints, but for the directory that ls has open itself. */
function listed(text: string): Map<number, string> {
  const entries = [...text.matchAll(/ (\d+) -> (.*)$/gm)].map(
    ([, number, to]): [number, string] => [Number(number), to ?? ""],
  );
  return new Map(entries.filter(([, to]) => !/^\/proc\/\d+\/fd$/.test(to)));
}

const ls = { path: "/bin/ls", argv: ["ls", "-l", "/proc/self/fd"] };

test("gives the child exactly the descriptors named, in whatever order", () =>
  kept(async () => {
    const base = 40;
    const sources = Array.from({ length: 5 }, (_, i) => {
      using made = memfdCreate(`source-${i}`);
      return duplicate(made.number, base);
    });
    const numbers = sources.map(({ number }) => number);
    // Targets that are sources themselves, that sources are equal to, and others.
    const targets = fc.uniqueArray(fc.constantFrom(...numbers, 2, 3, 4, 7, 200), { maxLength: 5 });
    try {
      await fc.assert(
        fc.asyncProperty(targets, fc.shuffledSubarray([0, 1, 2, 3, 4]), async (to, from) => {
          const pairs = to
            .slice(0, from.length)
            .map((child, i): [number, number] => [from[i] as number, child]);
          const fds = pairs.map(([i, child]): [number, number] => [numbers[i] as number, child]);
          const { text } = await output({ ...ls, fds });
          const got = listed(text);
          got.delete(1);
          const expected = new Map(
            pairs.map(([i, child]) => [child, `/memfd:source-${i} (deleted)`]),
          );
          assert.equal([...got].sort(), [...expected].sort());
        }),
        { numRuns: 60 },
      );
    } finally {
      for (const fd of sources) fd.close();
    }
  }));

test("exchanges two descriptors", { vm: true }, () =>
  kept(async () => {
    using a = memfdCreate("a");
    using b = memfdCreate("b");
    const fds: [number, number][] = [
      [a.number, b.number],
      [b.number, a.number],
    ];
    const got = listed((await output({ ...ls, fds })).text);
    assert.is(got.get(a.number), "/memfd:b (deleted)");
    assert.is(got.get(b.number), "/memfd:a (deleted)");
  }),
);

test("keeps back what is not close-on-exec", () =>
  kept(async () => {
    using dir = openDirectory("/etc");
    const setfd = 2;
    call("fcntl", [dir.number, setfd, 0]);
    const got = listed((await output({ ...ls, fds: [] })).text);
    assert.equal([...got.keys()], [1]);
  }));

test("starts the child with no signal ignored or blocked", { vm: true }, () =>
  kept(async () => {
    const sigpipe_bit = 1n << 12n;
    const masks = (text: string, name: string) =>
      BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, "m").exec(text)?.[1]}`);
    const { text: own } = await output({
      path: "/bin/cat",
      argv: ["cat", `/proc/${process.pid}/status`],
      fds: [],
    });
    assert.ok(masks(own, "SigIgn") & sigpipe_bit, "node ignores SIGPIPE");
    const { text } = await output({
      path: "/bin/cat",
      argv: ["cat", "/proc/self/status"],
      fds: [],
    });
    assert.is(masks(text, "SigIgn"), 0n);
    assert.is(masks(text, "SigBlk"), 0n);
  }),
);

test("passes arguments and environment as they are", () =>
  kept(async () => {
    const { text, status } = await output({
      path: "/bin/sh",
      argv: ["name", "-c", 'printf "%s|" "$0" "$@"; exec env', "zero", "ä b", ""],
      envp: ["PATH=/usr/bin:/bin", "A=é=1"],
      fds: [],
    });
    assert.equal(status, { exited: 0 });
    assert.ok(text.startsWith("zero|ä b||"), text);
    const names = text
      .slice("zero|ä b||".length)
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    assert.ok(text.includes("A=é=1\n"));
    for (const name of names) assert.ok(["A", "PATH", "PWD", "SHLVL", "_"].includes(name ?? ""));
  }));

test("says what could not be started", { vm: true }, () =>
  kept(async () => {
    const start = (path: string) => () => spawn({ path, argv: [path], envp: [], fds: [[0, 0]] });
    assert.is(
      (await thrown(start("/no/such"))).message,
      "posix_spawn `/no/such`: ENOENT (no such file or directory)",
    );
    assert.is(
      (await thrown(start("/etc/passwd"))).message,
      "posix_spawn `/etc/passwd`: EACCES (permission denied)",
    );
  }),
);

test("refuses a descriptor that is not open or a number given twice", () =>
  kept(async () => {
    const start = (fds: [number, number][]) => () => spawn({ ...ls, envp: [], fds });
    assert.is(
      (await thrown(start([[999, 3]]))).message,
      "posix_spawn `/bin/ls`: EBADF (bad file descriptor)",
    );
    assert.is(
      (
        await thrown(
          start([
            [0, 3],
            [1, 3],
          ]),
        )
      ).message,
      "a child descriptor is given twice: 3, 3",
    );
  }));

test.run();
