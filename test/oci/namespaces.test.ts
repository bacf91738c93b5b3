/** config-linux.md: namespaces, their mappings and offsets. A test for each MUST, by its section. */
import { readlinkSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Linux, NamespaceType } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { clear, created, shell } from "../lifecycle/place.ts";
import { launch, output, refusal } from "../run/launch.ts";
import { alone, inside, namespaces, needs, raw, wrongAt } from "./place.ts";

const test = topic("config-linux.md: namespaces");

/** Of a type: the name of its file in /proc/PID/ns. */
const files: Record<NamespaceType, string> = {
  ...{ user: "user", mount: "mnt", pid: "pid", network: "net" },
  ...{ ipc: "ipc", uts: "uts", cgroup: "cgroup", time: "time" },
};
const types = Object.keys(files) as NamespaceType[];
const mapping = [{ containerID: 0, hostID: 0, size: 65536 }];

const own = (type: NamespaceType): string => readlinkSync(`/proc/self/ns/${files[type]}`);
const look = (type: NamespaceType): string => `readlink /proc/self/ns/${files[type]}`;

type Entry = NonNullable<Linux["namespaces"]>[number];

/** A bundle of the default namespaces, but of this type, and of those of `entries`, only these. */
function bundleOf(type: NamespaceType, ...entries: Entry[]): string {
  return shell("", (spec) => {
    const others = [type, ...entries.map((entry) => entry.type)];
    const { hostname, ...changed } = namespaces(others, ...entries)(spec);
    const isNew = entries.some((entry) => entry.type === "user" && entry.path === undefined);
    const maps = { uidMappings: mapping, gidMappings: mapping };
    return { ...changed, linux: { ...changed.linux, ...(isNew && maps) } };
  });
}

for (const type of types) {
  test(`#namespaces: without a path a new one is made: ${type}`, { needs }, async () => {
    const seen = await output(look(type), { bundle: bundleOf(type, { type }) });
    assert.match(seen, new RegExp(`^${files[type]}:\\[\\d+\\]\\n$`));
    assert.is.not(seen, `${own(type)}\n`);
  });

  test(`#namespaces: two of a type are an error: ${type}`, { needs }, async () => {
    const error = await refusal(launch("true", { bundle: bundleOf(type, { type }, { type }) }));
    assert.match(error.pointer ?? "", /^\/linux\/namespaces/);
  });

  test(`#namespaces: with a path the container is in that one: ${type}`, { needs }, async () => {
    const { pid } = await created("exec sleep 1000", { bundle: bundleOf(type, { type }) });
    try {
      const path = `/proc/${pid}/ns/${files[type]}`;
      // /proc of another mount namespace shows the processes of another pid namespace.
      const processes: Entry = { type: "pid", path: `/proc/${pid}/ns/pid` };
      const joined = type === "mount" ? [processes] : [];
      const bundle = bundleOf(type, { type, path }, ...joined);
      assert.is(await output(look(type), { bundle }), `${readlinkSync(path)}\n`);
    } finally {
      await clear();
    }
  });

  test(`#namespaces: a path of another type is an error: ${type}`, { needs }, async () => {
    const path = `/proc/self/ns/${type === "uts" ? "ipc" : "uts"}`;
    const bundle = bundleOf(type, { type, path });
    const error = await alone(() => refusal(launch("true", { bundle })));
    assert.match(error.message, path);
  });
}

for (const type of types.filter((each) => each !== "mount")) {
  test(`#namespaces: one that is not listed is the runtime's: ${type}`, { needs }, async () => {
    const bundle = bundleOf(type);
    assert.is(await output(look(type), { bundle }), `${own(type)}\n`);
  });
}

test("#namespaces: a container of the runtime's mount namespace is not supported, and an error", {
  needs,
}, async () => {
  // config.md#valid-values: types SHOULD be supported, and what is not is an error. Its mounts would be the host's.
  const error = await alone(() => refusal(launch("true", { bundle: bundleOf("mount") })));
  assert.match(error.message, "mounts nothing in the host's");
});

test("#namespaces: a path is absolute", { needs }, async () => {
  const linux = { namespaces: [{ type: "uts" as const, path: "proc/self/ns/uts" }] };
  assert.match(await wrongAt({ linux }), /^\/linux\/namespaces\/0\/path/);
});

test("#user-namespace-mappings: ids are mapped from the host to the container", {
  needs,
}, async () => {
  const bundle = shell("", (spec) => {
    const changed = namespaces([], { type: "user" })(spec);
    const uidMappings = [{ containerID: 0, hostID: 200000, size: 2000 }];
    const gidMappings = [{ containerID: 0, hostID: 300000, size: 2000 }];
    return { ...changed, linux: { ...changed.linux, uidMappings, gidMappings } };
  });
  const seen = await output("cat /proc/self/uid_map /proc/self/gid_map", { bundle });
  assert.equal(
    seen
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/ +/).join(" ")),
    ["0 200000 2000", "0 300000 2000"],
  );
});

test("#user-namespace-mappings: containerID, hostID and size are required", { needs }, async () => {
  for (const key of ["containerID", "hostID", "size"]) {
    const { [key]: _, ...rest } = { containerID: 0, hostID: 0, size: 1 } as Record<string, number>;
    const linux = { uidMappings: [rest], gidMappings: mapping };
    assert.is(await wrongAt(raw({ linux })), `/linux/uidMappings/0/${key}`);
  }
});

test("#offset-for-time-namespace: clocks have their offsets", { needs }, async () => {
  const bundle = shell("", (spec) => {
    const changed = namespaces(["time"], { type: "time" })(spec);
    const timeOffsets = { boottime: { secs: 100_000_000, nanosecs: 0 } };
    return { ...changed, linux: { ...changed.linux, timeOffsets } };
  });
  const [up = 0] = (await output("cat /proc/uptime", { bundle })).split(" ").map(Number);
  assert.ok(up > 100_000_000 && up < 200_000_000, `${up}`);
});

test("#offset-for-time-namespace: a clock that is none is an error", { needs }, async () => {
  const linux = { timeOffsets: { realtime: { secs: 1 } } };
  assert.match(await wrongAt(raw({ linux })), /^\/linux\/timeOffsets/);
});

test("config.md#hostname: with the runtime's uts namespace it is an error, and changes nothing", {
  needs,
}, async () => {
  const before = await inside("hostname", { top: { hostname: "mine" } });
  assert.is(before, "mine\n");
  const host = readlinkSync("/proc/self/ns/uts");
  const bundle = shell("hostname", (spec) => ({
    ...namespaces(["uts"])(spec),
    hostname: "theirs",
  }));
  const error = await refusal(launch("hostname", { bundle }));
  assert.match(error.message, "hostname");
  assert.is(readlinkSync("/proc/self/ns/uts"), host);
});

test.run();
