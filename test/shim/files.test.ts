import { constants, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { entries } from "../../shim/directory.ts";
import { Fd } from "../../shim/fd.ts";
import * as files from "../../shim/files.ts";
import { cString, tryCall } from "../../shim/libc.ts";
import { topic } from "../harness.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim files");
const { cwd, open_flags, openat2, openDirectory } = files;

async function inDirectory(body: (path: string, dir: Fd) => void | Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), "wrun-files-"));
  try {
    await kept(async () => {
      using dir = openDirectory(path);
      await body(path, dir);
    });
  } finally {
    rmSync(path, { recursive: true });
  }
}

test("refuses a descriptor that is closed twice or used after", { vm: true }, () =>
  kept(async () => {
    const fd = openDirectory("/");
    const { number } = fd;
    fd.close();
    assert.ok(fd.closed);
    assert.is((await thrown(() => fd.close())).message, "close `/`: EBADF (bad file descriptor)");
    assert.is((await thrown(() => fd.number)).message, "close `/`: EBADF (bad file descriptor)");
    fd[Symbol.dispose]();
    assert.is((await thrown(() => new Fd(number).close())).name, "SyscallError");
    assert.throws(() => new Fd(-1), "`-1` is not a file descriptor");
    assert.throws(() => new Fd(1.5), "`1.5` is not a file descriptor");
  }),
);

test("gives a descriptor away without closing it", () =>
  kept(() => {
    const number = openDirectory("/").release();
    assert.is(tryCall("close", number), 0);
  }));

test("opens everything close-on-exec", () =>
  kept(() => {
    const getfd = 1;
    using dir = openDirectory("/");
    using copy = files.duplicate(dir.number, 100);
    assert.ok(copy.number >= 100);
    for (const fd of [dir, copy]) assert.is(tryCall("fcntl", fd.number, getfd), 1);
  }));

test("opens, writes and reads below a directory", { vm: true }, () =>
  inDirectory((path, dir) => {
    const bytes = new Uint8Array(300_000).map((_, i) => i * 7);
    {
      const flags = open_flags.write | open_flags.create | open_flags.exclusive;
      using file = openat2(dir, "file", flags, { mode: 0o600 });
      assert.is(file.name, `${path}/file`);
      files.writeAll(file, bytes);
    }
    using file = openat2(dir, "file", open_flags.read, { resolve: files.resolve_own });
    assert.equal(files.readAll(file), bytes);
    files.mkdirat(dir, "sub");
    assert.equal(
      entries(dir).sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: "file", directory: false },
        { name: "sub", directory: true },
      ],
    );
    files.unlinkat(dir, "sub", "directory");
    files.unlinkat(dir, "file");
    assert.equal(entries(dir), []);
  }),
);

test("lists a directory that takes more than one getdents64", () =>
  inDirectory((path, dir) => {
    const names = Array.from({ length: 900 }, (_, i) => `${i}-${"x".repeat(40)}-é`);
    for (const name of names) writeFileSync(join(path, name), "");
    assert.equal(
      entries(dir)
        .map(({ name }) => name)
        .sort(),
      names.sort(),
    );
  }));

test("is not led out of its own directory", { vm: true }, () =>
  inDirectory(async (path, dir) => {
    symlinkSync("/etc", join(path, "link"));
    const attempts: [string, string][] = [
      ["link/passwd", "ELOOP"],
      ["link", "ELOOP"],
      ["../x", "EXDEV"],
      ["/etc/passwd", "EXDEV"],
    ];
    for (const [name, errno] of attempts) {
      const open = () => openat2(dir, name, open_flags.path, { resolve: files.resolve_own });
      assert.match((await thrown(open)).message, `: ${errno} (`);
    }
  }),
);

test("says what could not be opened", () =>
  kept(async () => {
    const missing = await thrown(() => openat2(cwd, "/no/such", open_flags.read));
    assert.is(missing.message, "openat2 `/no/such`: ENOENT (no such file or directory)");
    using etc = openDirectory("/etc");
    const below = await thrown(() => openDirectory("passwd", etc));
    assert.is(below.message, "openat2 `/etc/passwd`: ENOTDIR (not a directory)");
  }));

test("refuses a NUL in a path, which would cut it short", async () => {
  assert.throws(() => cString("a\0b"), "a NUL byte in `a\\0b`");
  assert.throws(() => openDirectory("/etc\0/x"), "a NUL byte in `/etc\\0/x`");
});

test("reads no more than asked", () =>
  inDirectory(async (path, dir) => {
    writeFileSync(join(path, "file"), "12345");
    const read = (bytes_max: number) => {
      using file = openat2(dir, "file", open_flags.read);
      return Buffer.from(files.readAll(file, bytes_max)).toString();
    };
    assert.is(read(5), "12345");
    assert.is((await thrown(() => read(4))).message, `\`${path}/file\` has more than 4 bytes`);
  }));

test("switches O_NONBLOCK on and off", () =>
  kept(async () => {
    using zero = openat2(cwd, "/dev/zero", open_flags.read);
    const flags = () => tryCall("fcntl", zero.number, 3) & open_flags.nonblock;
    files.setNonblock(zero, true);
    assert.is(flags(), open_flags.nonblock);
    files.setNonblock(zero, false);
    assert.is(flags(), 0);
  }));

test("knows the open flags of both architectures", { vm: true }, () => {
  assert.is(files.openFlags("arm64").directory, 0o40000);
  assert.is(files.openFlags("x64").directory, 0o200000);
  const { O_DIRECTORY, O_NOFOLLOW, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK } = constants;
  assert.equal(
    [O_DIRECTORY, O_NOFOLLOW, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK],
    [
      open_flags.directory,
      open_flags.nofollow,
      open_flags.create,
      open_flags.exclusive,
      open_flags.truncate,
      open_flags.append,
      open_flags.nonblock,
    ],
  );
});

test.run();
