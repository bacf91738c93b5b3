import * as assert from "uvu/assert";
import { explainExec, type FailedExec } from "../../runtime/diagnose/exec.ts";
import type { WrunError } from "../../runtime/error.ts";
import { topic } from "../harness.ts";
import { type Entry, elf, withRoot } from "./tree.ts";

const test = topic("diagnose: exec");

type Files = Record<string, Entry>;

function explain(files: Files, errno: string, args: string[], more: Partial<FailedExec> = {}) {
  return withRoot(files, (root) =>
    explainExec({
      errno,
      args,
      path: "/usr/bin:/bin",
      cwd: "/",
      root,
      uid: 0,
      gid: 0,
      arch: "x64",
      ...more,
    }),
  );
}

function check(error: WrunError, code: string, exitCode: number, message: string): void {
  assert.is(error.message, message);
  assert.is(error.code, code);
  assert.is(error.exitCode, exitCode);
}

const sh: Files = { "bin/sh": { text: elf({ machine: 62 }) } };
const user = { uid: 1000, gid: 1000 };

test("a name that is in no entry of PATH", () => {
  check(
    explain({}, "ENOENT", ["foo"]),
    "ERR_EXEC_NOT_FOUND",
    127,
    "cannot run `foo`: there is none in PATH `/usr/bin:/bin`: ENOENT",
  );
});

test("hints for a name that was meant otherwise", () => {
  const hint = (name: string, files = {}) => explain(files, "ENOENT", [name]).hint;
  assert.is(hint("ls -la"), "give the program and each argument by itself");
  assert.is(hint("--it"), "options of wrun stand before the program's name");
  assert.is(hint("bash", sh), "the container has `/bin/sh`");
  assert.is(hint("bash"), undefined);
  const local = hint("run", { run: { text: "x" } });
  assert.is(local, "for the file in the working directory, say `./run`");
});

test("a path that does not exist, and which part of it does not", () => {
  const error = explain({ "opt/x": { text: "" } }, "ENOENT", ["/opt/app/run"]);
  check(error, "ERR_EXEC_NOT_FOUND", 127, "cannot run `/opt/app/run`: it does not exist: ENOENT");
  assert.is(error.because, "there is no `/opt/app`");
});

test("a file on the way", () => {
  const message = "cannot run `/opt/x/run`: `/opt/x` is not a directory: ENOTDIR";
  check(
    explain({ "opt/x": { text: "" } }, "ENOTDIR", ["/opt/x/run"]),
    "ERR_EXEC_NOT_FOUND",
    127,
    message,
  );
});

test("symbolic links of directories are none of the program", () => {
  const files: Files = { "usr/bin/x": { text: "" }, bin: { to: "usr/bin" }, opt: { to: "gone" } };
  const message = "cannot run `foo`: there is none in PATH `/usr/bin:/bin`: ENOENT";
  assert.is(explain(files, "ENOENT", ["foo"]).message, message);
  assert.is(explain(files, "ENOENT", ["/bin/foo"]).because, undefined);
  const because = "there is no `/gone`, and the symbolic link `/opt` leads to `gone`";
  assert.is(explain(files, "ENOENT", ["/opt/foo"]).because, because);
});

test("a dangling symbolic link, found in PATH", () => {
  const error = explain({ "bin/sh": { to: "/bin/busybox" } }, "ENOENT", ["sh"]);
  check(error, "ERR_EXEC_NOT_FOUND", 127, "cannot run `sh`: `/bin/sh` does not exist: ENOENT");
  assert.is(error.because, "the symbolic link `/bin/sh` leads to `/bin/busybox`");
});

test("a circle of symbolic links", () => {
  const files = { a: { to: "b" }, b: { to: "/a" } };
  check(
    explain(files, "ELOOP", ["/a"]),
    "ERR_EXEC_NOT_FOUND",
    127,
    "cannot run `/a`: the symbolic link `/a` leads in a circle: ELOOP",
  );
});

test("a symbolic link does not lead out of the root", () => {
  const files = { "bin/sh": { to: "../../../../../../bin/sh" } };
  const error = explain({ ...files, "usr/bin/x": { to: "/bin/sh" } }, "ELOOP", ["/usr/bin/x"]);
  assert.is(error.code, "ERR_EXEC_NOT_FOUND");
});

test("a script whose interpreter does not exist", () => {
  const files = { app: { text: "#! /bin/bash -e\n" } };
  check(
    explain(files, "ENOENT", ["/app"]),
    "ERR_EXEC_INTERPRETER",
    127,
    "cannot run `/app`: its interpreter `/bin/bash` does not exist: ENOENT",
  );
});

test("a script with the line ends of Windows", () => {
  const error = explain({ ...sh, app: { text: "#!/bin/sh\r\necho\r\n" } }, "ENOENT", ["/app"]);
  check(
    error,
    "ERR_EXEC_INTERPRETER",
    127,
    "cannot run `/app`: its interpreter `/bin/sh\\r` does not exist: ENOENT",
  );
  assert.match(error.because ?? "", /^its lines end in CR LF/);
});

test("the interpreter of an interpreter", () => {
  const files = { app: { text: "#!/tool\n" }, tool: { text: "#!/gone\n" } };
  const message = "cannot run `/app`: its interpreter `/gone` does not exist: ENOENT";
  check(explain(files, "ENOENT", ["/app"]), "ERR_EXEC_INTERPRETER", 127, message);
});

test("a script that is its own interpreter", () => {
  const error = explain({ app: { text: "#!/app\n" } }, "ELOOP", ["/app"]);
  assert.is(error.code, "ERR_EXEC_INTERPRETER");
  assert.match(error.message, /too many interpreters/);
});

test("a script whose interpreter is not executable", () => {
  const files = { app: { text: "#!/tool\n" }, tool: { text: "#!/bin/sh\n", mode: 0o644 } };
  const error = explain(files, "EACCES", ["/app"]);
  assert.is(error.code, "ERR_EXEC_DENIED");
  assert.match(error.message, /its interpreter `\/tool` is not executable \(mode 0644, owner/);
});

test("a `#!` line without a program, and one too long", () => {
  const says = (text: string) => explain({ app: { text } }, "ENOEXEC", ["/app"]).message;
  assert.is(says("#!  \n"), "cannot run `/app`: the `#!` line of it names no program: ENOEXEC");
  assert.match(says(`#!/${"x".repeat(300)}\n`), /longer than the kernel reads/);
});

const loader = "/lib64/ld-linux-x86-64.so.2";

test("a program without its loader", () => {
  const app = { text: elf({ machine: 62, loader }) };
  const error = explain({ app }, "ENOENT", ["/app"]);
  check(
    error,
    "ERR_EXEC_INTERPRETER",
    127,
    `cannot run \`/app\`: its loader \`${loader}\` does not exist: ENOENT`,
  );
  assert.is(error.because, "it was linked with glibc, which is not in the container");
  const musl = { app, "lib/ld-musl-x86_64.so.1": { text: "" } };
  const other = explain(musl, "ENOENT", ["/app"]);
  assert.is(other.because, "it was linked with glibc, and the container has musl");
});

test("32 bits and the other byte order are read as well", () => {
  const small = { app: { text: elf({ machine: 3, bits: 32, loader: "/lib/ld-linux.so.2" }) } };
  assert.match(explain(small, "ENOENT", ["/app"]).message, /its loader `\/lib\/ld-linux.so.2`/);
  const big = { app: { text: elf({ machine: 22, big: true }) } };
  assert.match(explain(big, "ENOEXEC", ["/app"]).message, /built for s390x, and this host is x64/);
});

test("a program for another machine", () => {
  const app = { text: elf({ machine: 183, loader: "/lib/ld-linux-aarch64.so.1" }) };
  check(
    explain({ app }, "ENOEXEC", ["/app"]),
    "ERR_EXEC_FORMAT",
    126,
    "cannot run `/app`: it is built for arm64, and this host is x64: ENOEXEC",
  );
  const x64 = explain({ app: { text: elf({ machine: 62 }) } }, "ENOEXEC", ["/app"], {
    arch: "arm64",
  });
  assert.match(x64.message, /built for x64, and this host is arm64/);
});

const formats: [what: string, text: string | Uint8Array, says: RegExp][] = [
  ["an empty file", "", /it is empty/],
  ["a text", "echo hello\n", /it is a text without a `#!` line/],
  ["a Windows program", "MZ\0\0", /it is a Windows program/],
  ["a script with a byte order mark", "\ufeff#!/bin/sh\n", /byte order mark/],
  ["data", "\0\u0001\u0002", /it is not a program/],
  ["an object file", elf({ machine: 62, type: 1 }), /it is an object file/],
  ["a cut ELF file", elf({ machine: 62 }).subarray(0, 40), /it is not a program/],
  ["a damaged ELF file", elf({ machine: 62, loader }).subarray(0, 80), /damaged ELF/],
];

for (const [what, text, says] of formats) {
  test(`${what} is not a program`, () => {
    const error = explain({ app: { text } }, "ENOEXEC", ["/app"]);
    assert.is(error.code, "ERR_EXEC_FORMAT");
    assert.is(error.exitCode, 126);
    assert.match(error.message, says);
  });
}

test("a directory, and a file that is not executable", () => {
  const files: Files = { dir: { mode: 0o755 }, file: { text: "#!/bin/sh\n", mode: 0o640 } };
  const message = "cannot run `/dir`: it is a directory: EACCES";
  check(explain(files, "EACCES", ["/dir"]), "ERR_EXEC_DENIED", 126, message);
  const error = explain(files, "EACCES", ["/file"]);
  assert.match(error.message, /it is not executable \(mode 0640, owner \d+:\d+\): EACCES/);
});

test("a file that others may execute, and a directory closed to them", { needs: ["root"] }, () => {
  const files: Files = {
    file: { text: "x", mode: 0o700 },
    "secret/run": { text: "x" },
    secret: { mode: 0o700 },
    link: { to: "/secret/run" },
  };
  const denied = (path: string) => explain(files, "EACCES", [path], user).message;
  assert.match(denied("/file"), /uid 1000 may not execute it \(mode 0700, owner 0:0\)/);
  const closed = /uid 1000 may not pass the directory `\/secret` \(mode 0700, owner 0:0\)/;
  assert.match(denied("/secret/run"), closed);
  assert.match(denied("/link"), closed);
});

test("a group's bits count for its members, also where the others' would do", {
  needs: ["root"],
}, () => {
  const files: Files = { file: { text: "x", mode: 0o705 } };
  const member = { ...user, groups: [0] };
  assert.match(explain(files, "EACCES", ["/file"], member).message, /may not execute it/);
  assert.match(explain(files, "EACCES", ["/file"], user).message, /access was refused/);
});

test("a mount with noexec", () => {
  const files: Files = { "tmp/run": { text: elf({ machine: 62 }) } };
  const mounts = [{ destination: "/" }, { destination: "/tmp", options: ["nosuid", "noexec"] }];
  check(
    explain(files, "EACCES", ["/tmp/run"], { mounts }),
    "ERR_EXEC_DENIED",
    126,
    "cannot run `/tmp/run`: it is on a mount with `noexec` at `/tmp`: EACCES",
  );
  const over = [...mounts, { destination: "/tmp", options: ["exec"] }];
  assert.not.match(explain(files, "EACCES", ["/tmp/run"], { mounts: over }).message, /noexec/);
});

test("the first file of PATH that is there is to blame, not one that is not", () => {
  const files: Files = { "bin/foo": { text: "x", mode: 0o644 } };
  const error = explain(files, "ENOENT", ["foo"]);
  assert.match(error.message, /^cannot run `foo`: `\/bin\/foo` is not executable .*: EACCES$/);
  assert.is(error.exitCode, 126);
});

test("an errno that the files do not bear out is left as it is", () => {
  const good = { app: { text: elf({ machine: 62 }) } };
  const hidden = explain(good, "ENOENT", ["/app"]);
  assert.is(hidden.code, "ERR_EXEC_NOT_FOUND");
  assert.is(hidden.hint, "a mount in the container may hide it");
  assert.is(explain(good, "EACCES", ["/app"]).exitCode, 126);
  assert.match(explain(good, "E2BIG", ["/app"]).message, /too long: E2BIG$/);
  assert.match(explain(good, "EFAULT", ["/app"]).message, /the kernel refused it: EFAULT$/);
});

test("names from an image cannot write to the terminal", () => {
  const files = { app: { text: "#!/x\u001b[2J\u0007\n" } };
  const error = explain(files, "ENOENT", ["/app"]);
  assert.is(error.path, "/x\u001b[2J\u0007");
  assert.match(error.message, /`\/x\\u\{1b\}\[2J\\u\{7\}`/);
});

test("the empty name", () => {
  const message = "cannot run ``: its name is empty: ENOENT";
  check(explain({}, "ENOENT", [""]), "ERR_EXEC_NOT_FOUND", 127, message);
});

test.run();
