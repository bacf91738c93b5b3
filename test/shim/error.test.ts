import { constants } from "node:os";
import * as assert from "uvu/assert";
import { errnoName, errnoNumber, errnoText } from "../../shim/errno.ts";
import { isErrno, SyscallError } from "../../shim/error.ts";
import { topic } from "../harness.ts";

const test = topic("shim error");

test("agrees with the errno numbers that node was compiled with", { vm: true }, () => {
  const names = Object.entries(constants.errno);
  assert.ok(names.length > 70);
  for (const [name, number] of names) {
    assert.is(errnoNumber(name), number, name);
    assert.ok(errnoText(name), name);
  }
});

test("turns every number back into its name", () => {
  for (const name of ["EPERM", "EDEADLK", "EAGAIN", "EOPNOTSUPP", "EHWPOISON"]) {
    assert.is(errnoName(errnoNumber(name)), name);
  }
  assert.is(errnoName(4095), "E4095");
  assert.is(errnoText("E4095"), "");
  assert.throws(() => errnoNumber("ENOPE"), "there is no errno `ENOPE`");
});

test("says which call failed, on what, and why", () => {
  const error = new SyscallError("openat2", 2, "/x");
  assert.is(error.message, "openat2 `/x`: ENOENT (no such file or directory)");
  assert.is(error.errno, "ENOENT");
  assert.is(error.number, 2);
  assert.is(error.path, "/x");
  assert.is(new SyscallError("setns", 1).message, "setns: EPERM (operation not permitted)");
  assert.is(new SyscallError("setns", 4095).message, "setns: E4095");
});

test("recognises a failed call by its errno", () => {
  const error = new SyscallError("openat2", 2, "/x");
  assert.ok(isErrno(error));
  assert.ok(isErrno(error, "EPERM", "ENOENT"));
  assert.not(isErrno(error, "EPERM"));
  assert.not(isErrno(Object.assign(new Error("x"), { errno: "ENOENT" }), "ENOENT"));
});

test.run();
