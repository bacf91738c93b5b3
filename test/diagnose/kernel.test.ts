import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { explainExec } from "../../runtime/diagnose/exec.ts";
import { openDirectory } from "../../shim/files.ts";
import { rootView } from "../../shim/root-view.ts";
import { topic } from "../harness.ts";
import { type Entry, elf, withRoot } from "./tree.ts";

const test = topic("diagnose: kernel");

/** Tries to become each of the files, and prints the errno name that execve gives. */
const python = `
import errno, os, sys
for path in sys.argv[1:]:
    pid = os.fork()
    if pid == 0:
        try: os.execv(path, [path])
        except OSError as error: os._exit(error.errno)
    print(errno.errorcode.get(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "ran"))
`;

const here = process.arch === "arm64" ? 183 : 62;
const other = process.arch === "arm64" ? 62 : 183;

/** What each is to be explained by; paths in the files are absolute, so that the host's own loader is not asked. */
const cases: [path: string, entry: Entry, says: RegExp][] = [
  ["empty", { text: "" }, /is empty/],
  ["text", { text: "echo\n" }, /without a `#!` line/],
  ["plain", { text: "#!/bin/sh\n", mode: 0o644 }, /not executable/],
  ["directory", { mode: 0o755 }, /is a directory/],
  ["gone", { text: "#!/nowhere/sh -e\n" }, /interpreter `\/nowhere\/sh` does not exist/],
  ["crlf", { text: "#!/bin/sh\r\n" }, /interpreter `\/bin\/sh\\r` does not exist/],
  ["bare", { text: "#!\n" }, /names no program/],
  ["long", { text: `#!/${"x".repeat(300)}\n` }, /longer than the kernel reads/],
  ["folder", { text: "#!/usr\n" }, /interpreter `\/usr` is a directory/],
  ["closed", { text: "#!/etc/passwd\n" }, /interpreter `\/etc\/passwd` is not executable/],
  ["dangling", { to: "nowhere" }, /does not exist/],
  ["circle", { to: "circle" }, /leads in a circle/],
  ["foreign", { text: elf({ machine: other }) }, /is built for/],
  [
    "loader",
    { text: elf({ machine: here, loader: "/nowhere/ld.so" }) },
    /loader `\/nowhere\/ld.so`/,
  ],
  ["object", { text: elf({ machine: here, type: 1 }) }, /object file/],
  ["short", { text: elf({ machine: here, loader: "/nowhere" }).subarray(0, 80) }, /damaged/],
];

test("what is said fits what the kernel says", { needs: ["python3", "root"] }, () => {
  withRoot(Object.fromEntries(cases.map(([path, entry]) => [path, entry])), (_, dir) => {
    const paths = cases.map(([path]) => join(dir, path));
    const answers = execFileSync("python3", ["-c", python, ...paths])
      .toString()
      .trim()
      .split("\n");
    using host = openDirectory("/");
    cases.forEach(([name, , says], i) => {
      const failed = { errno: answers[i] ?? "", args: [paths[i] ?? ""], path: "/bin", cwd: "/" };
      const error = explainExec({ ...failed, root: rootView(host), uid: 0, gid: 0 });
      assert.match(error.message, says, `${name}: ${answers[i]}: ${error.message}`);
      assert.is(error.errno, answers[i], name);
    });
  });
});

test.run();
