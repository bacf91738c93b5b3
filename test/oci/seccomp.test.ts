/** config-linux.md: seccomp and the container process state. A test for each MUST, by its section. */
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Seccomp } from "../../runtime/spec/types.ts";
import { bindUnix } from "../../shim/unix-socket.ts";
import { topic } from "../harness.ts";
import { shell } from "../lifecycle/place.ts";
import { answer, told } from "../run/agent.ts";
import { launch } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { changed, inside, needs, raw, refused, wrongAt } from "./place.ts";

const test = topic("config-linux.md: seccomp");

const filter = (more: Partial<Seccomp>): Seccomp => ({ defaultAction: "SCMP_ACT_ALLOW", ...more });
const at = (seccomp: unknown): Promise<string> => wrongAt(raw({ linux: { seccomp } }));

const mkdir = ["mkdir", "mkdirat"];
const attempt = "mkdir /tmp/x 2>&1 || true";

test("#seccomp: a default action is required", { needs }, async () => {
  assert.is(await at({ syscalls: [] }), "/linux/seccomp/defaultAction");
});

test("#seccomp: names is not empty", { needs }, async () => {
  const syscalls = [{ names: [], action: "SCMP_ACT_ERRNO" }];
  assert.match(await at(filter({ syscalls } as never)), /^\/linux\/seccomp\/syscalls\/0/);
});

for (const [name, change] of [
  ["action", { action: "SCMP_ACT_X" }],
  ["operator", { args: [{ index: 0, value: 0, op: "SCMP_CMP_X" }] }],
  ["argument beyond the sixth", { args: [{ index: 6, value: 0, op: "SCMP_CMP_EQ" }] }],
] as const) {
  test(`#seccomp: an ${name} that is none is an error`, { needs }, async () => {
    const syscalls = [{ names: mkdir, action: "SCMP_ACT_ERRNO", ...change }];
    assert.match(
      await at({ defaultAction: "SCMP_ACT_ALLOW", syscalls }),
      /^\/linux\/seccomp\/syscalls\/0/,
    );
  });
}

test("#seccomp: an architecture and a flag that are none are errors", { needs }, async () => {
  assert.match(await at({ ...filter({}), architectures: ["SCMP_ARCH_X"] }), /architectures\/0$/);
  assert.match(await at({ ...filter({}), flags: ["SECCOMP_FILTER_FLAG_X"] }), /flags\/0$/);
});

test("#seccomp errnoRet: is what the call gives, and without one EPERM", { needs }, async () => {
  const rule = { names: mkdir, action: "SCMP_ACT_ERRNO" as const };
  const given = filter({ syscalls: [{ ...rule, errnoRet: 28 }] });
  assert.match(await inside(attempt, { linux: { seccomp: given } }), "No space left");
  const usual = filter({ syscalls: [rule] });
  assert.match(await inside(attempt, { linux: { seccomp: usual } }), "not permitted");
});

for (const action of ["SCMP_ACT_ALLOW", "SCMP_ACT_KILL", "SCMP_ACT_LOG"] as const) {
  test(`#seccomp errnoRet: with an action that has none it is an error: ${action}`, {
    needs,
  }, async () => {
    const syscalls = [{ names: mkdir, action, errnoRet: 1 }];
    assert.match(await at(filter({ syscalls })), /^\/linux\/seccomp\/syscalls\/0/);
    assert.match(await at({ defaultAction: action, defaultErrnoRet: 1 }), /defaultErrnoRet$/);
  });
}

const asking = (listenerPath: string, more: Partial<Seccomp> = {}): Seccomp =>
  filter({ syscalls: [{ names: mkdir, action: "SCMP_ACT_NOTIFY" }], listenerPath, ...more });

test("#the-container-process-state: one, as JSON, the filter by SCM_RIGHTS, and then the end", {
  needs,
}, async () => {
  const path = join(temporary("agent"), "socket");
  using listening = bindUnix(path);
  const seccomp = asking(path, { listenerMetadata: "opaque" });
  const bundle = shell("", changed({ linux: { seccomp }, top: { annotations: { a: "b" } } }));
  const ended = launch(attempt, { bundle });
  // It takes one message from the connection, and then there must be its end.
  const { notify, message } = await told(listening);
  await answer(notify, 18);
  assert.match((await ended).stdout ?? "", "cross-device");
  notify.close();
  assert.equal([message.fds, message.metadata], [["seccompFd"], "opaque"]);
  assert.match(message.ociVersion, /^1\./);
  const { id, pid, status, annotations } = message.state;
  assert.equal([typeof id, pid, status], ["string", message.pid, "creating"]);
  assert.equal(annotations, { a: "b" });
});

test("#seccomp listenerPath: a socket that cannot be sent to is an error", { needs }, async () => {
  const error = await refused({ linux: { seccomp: asking(join(temporary("agent"), "none")) } });
  assert.is(error.pointer, "/linux/seccomp/listenerPath");
});

test("#seccomp listenerPath: without SCMP_ACT_NOTIFY it is ignored", { needs }, async () => {
  const seccomp = filter({ listenerPath: "/no/such/socket" });
  assert.is(await inside("echo well", { linux: { seccomp } }), "well\n");
});

test("#seccomp listenerMetadata: without listenerPath it is an error", { needs }, async () => {
  assert.is(await at(filter({ listenerMetadata: "x" })), "/linux/seccomp/listenerMetadata");
});

test.run();
