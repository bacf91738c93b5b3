import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { adjustCapabilities, defaultCapabilities } from "../../runtime/policy/capability.ts";
import { type DecideInput, type Decisions, decide } from "../../runtime/policy/decide.ts";
import { namespacesFacts } from "../../runtime/policy/facts.ts";
import type { Linux, NamespaceType, Spec } from "../../runtime/spec/types.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { docker, ordinary, workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";

const test = topic("decide");

const kinds: NamespaceType[] = ["mount", "pid", "network", "ipc", "uts", "cgroup"];

function spec(linux: Linux = {}, more: Partial<Spec> = {}): Spec {
  return { ociVersion: "1.2.0", linux: { namespaces: list(...kinds), ...linux }, ...more };
}

function list(...types: NamespaceType[]): { type: NamespaceType }[] {
  return types.map((type) => ({ type }));
}

const rootless = (linux: Linux = {}) => spec({ namespaces: list("user", ...kinds), ...linux });

function decided(asked: Spec, facts: Facts = workstation.facts, more: Partial<DecideInput> = {}) {
  return decide({ spec: asked, facts, id: "box", ...more });
}

function refusal(ask: () => unknown): WrunError {
  try {
    ask();
  } catch (error) {
    if (error instanceof WrunError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

function changed(change: Partial<Facts["userNamespaces"]>, facts = ordinary.facts): Facts {
  return { ...facts, userNamespaces: { ...facts.userNamespaces, ...change } };
}

test("a container of root", () => {
  const { namespaces, uidMap, gidMap, cgroups, capabilities, warnings } = decided(
    spec(
      { resources: { memory: { limit: 2 ** 26 }, cpu: { shares: 1024 }, pids: { limit: 20 } } },
      { hostname: "box", process: { cwd: "/", capabilities: { bounding: ["CAP_KILL"] } } },
    ),
  );
  assert.is(namespaces.user, "share");
  assert.equal([uidMap, gidMap, warnings], [null, null, []]);
  assert.equal(
    cgroups.writes.map(({ file, value }) => `${file} ${value}`),
    ["memory.max 67108864", "cpu.weight 100", "pids.max 20"],
  );
  assert.is(cgroups.places[0]?.path, "/wrun/box");
  assert.is(capabilities.bounding, 1n << 5n);
});

test("every decision says why, and from what", () => {
  const decisions: Decisions = decided(
    rootless({ resources: { memory: { limit: 2 ** 26 }, cpu: { shares: 512 } } }),
  );
  const whys = [
    ...decisions.namespaces.decisions,
    ...decisions.cgroups.writes,
    decisions.cgroups,
    decisions.capabilities,
    ...[decisions.uidMap, decisions.gidMap].filter((map) => map !== null),
  ].map(({ why }) => why);
  assert.is(whys.length, 8 + 2 + 2 + 2);
  for (const { rule, pointer } of whys) {
    assert.ok(rule.length > 10);
    assert.match(pointer, /^(\/|$)/);
  }
  assert.match(decisions.cgroups.writes[1]?.why.rule ?? "", "cpu.weight is 59: cpu shares 512");
});

test("a user namespace without mappings has automatic ones, root's beside those taken", () => {
  const first = decided(rootless(), workstation.facts, { autoSize: 2000 });
  assert.equal(first.uidMap?.map, [{ containerId: 0, hostId: 600113152, size: 2000 }]);
  const takenIds = [{ start: 600113152, size: 2000 }];
  const second = decided(rootless(), workstation.facts, { autoSize: 2000, takenIds });
  assert.is(second.uidMap?.map[0]?.hostId, 600115152);
  assert.equal(second.gidMap?.map, second.uidMap?.map);
});

test("an ordinary user with ranges, and one without", () => {
  const { uidMap, namespaces } = decided(rootless(), ordinary.facts);
  assert.is(namespaces.user, "create");
  assert.is(uidMap?.writer, "helper");
  assert.is(uidMap?.map[1]?.size, 65535);
  const subordinate = { ...ordinary.facts.subordinate, uids: [], gids: [] };
  const { gidMap } = decided(rootless(), { ...ordinary.facts, subordinate });
  assert.equal(gidMap?.map, [{ containerId: 0, hostId: 1000, size: 1 }]);
  assert.ok(gidMap?.denySetgroups);
});

test("given mappings are kept, and none are made for a joined namespace", () => {
  const uidMappings = [{ containerID: 0, hostID: 5000, size: 10 }];
  const gidMappings = [{ containerID: 0, hostID: 6000, size: 10 }];
  const { uidMap, gidMap } = decided(rootless({ uidMappings, gidMappings }));
  assert.is(uidMap?.map[0]?.hostId, 5000);
  assert.is(gidMap?.map[0]?.hostId, 6000);
  assert.is(uidMap?.why.pointer, "/linux/uidMappings");
  const namespaces = [{ type: "user" as const, path: "/proc/7/ns/user" }, ...list("mount")];
  assert.is(decided(spec({ namespaces })).uidMap, null);
});

test("in a user namespace of its own a container may have what wrun has not", () => {
  const process = { cwd: "/", capabilities: { bounding: ["CAP_SYS_ADMIN", "CAP_KILL"] } };
  const inside = decided({ ...rootless(), process }, docker.facts);
  assert.is(inside.capabilities.bounding, (1n << 21n) | (1n << 5n));
  const facts = { ...workstation.facts, user: { ...workstation.facts.user, bounding: 1n << 5n } };
  const { capabilities, warnings } = decided({ ...spec(), process }, facts);
  assert.is(capabilities.bounding, 1n << 5n);
  assert.is(warnings[0]?.pointer, "/process/capabilities/bounding/0");
});

test("what denies a user namespace is named", () => {
  const cases: [Partial<Facts["userNamespaces"]>, string][] = [
    [{ max: 0 }, "user.max_user_namespaces = 0"],
    [{ unprivilegedClone: 0 }, "kernel.unprivileged_userns_clone = 0"],
    [{ apparmorRestrict: 1 }, "kernel.apparmor_restrict_unprivileged_userns = 1"],
  ];
  for (const [change, name] of cases) {
    const error = refusal(() => decided(rootless(), changed(change)));
    assert.is(error.code, "ERR_USERNS_DENIED");
    assert.match(error.message, `\`${name}\``);
    assert.match(error.hint ?? "", name.split(" ")[0] as string);
    assert.is(error.pointer, "/linux/namespaces/0");
  }
  const root = changed({ unprivilegedClone: 0, apparmorRestrict: 1 }, workstation.facts);
  assert.ok(namespacesFacts(root).userAllowed);
  assert.not(namespacesFacts(changed({ max: 0 }, workstation.facts)).userAllowed);
});

test("each kind of problem has its code", () => {
  const resources = { memory: { limit: 2 ** 26 } };
  const none = { version: "none" as const, hierarchies: [], swap: false, features: no_features };
  const code = (ask: () => unknown) => refusal(ask).code;
  assert.is(
    code(() => decided(spec({ namespaces: list("pid") }))),
    "ERR_NAMESPACE",
  );
  const uidMappings = [{ containerID: 0, hostID: 0, size: 0 }];
  assert.is(
    code(() => decided(rootless({ uidMappings }))),
    "ERR_IDMAP",
  );
  assert.is(
    code(() => decided(spec({ cgroupsPath: "../up" }))),
    "ERR_CGROUP",
  );
  const absent = { ...workstation.facts, cgroup: none };
  assert.is(
    code(() => decided(spec({ resources }), absent)),
    "ERR_CGROUP_CONTROLLER",
  );
  assert.is(
    code(() => adjustCapabilities(undefined, ["CAP_FLY"], [])),
    "ERR_CAPABILITY",
  );
});

test("one error tells all problems", () => {
  const uidMappings = [{ containerID: 0, hostID: 5, size: 0 }];
  const error = refusal(() =>
    decided(
      rootless({ uidMappings, cgroupsPath: "..", namespaces: list("user", "user", "mount") }),
    ),
  );
  assert.is(error.message, "namespace `user` is listed twice");
  assert.is(error.pointer, "/linux/namespaces/1");
  assert.match(error.because ?? "", "the size of an id mapping is `0` (/linux/uidMappings/0/size)");
  assert.match(error.because ?? "", "cgroupsPath `..` is no path of a cgroup");
});

test("a limit that a user cannot have comes with the way to get it", () => {
  const hierarchies = ordinary.facts.cgroup.hierarchies.map((hierarchy) => ({
    ...hierarchy,
    writable: "none" as const,
  }));
  const facts = { ...ordinary.facts, cgroup: { ...ordinary.facts.cgroup, hierarchies } };
  const error = refusal(() => decided(rootless({ resources: { pids: { limit: 20 } } }), facts));
  assert.is(error.code, "ERR_CGROUP_CONTROLLER");
  assert.match(error.hint ?? "", "Delegate=");
  assert.equal(decided(rootless(), facts).cgroups.places, []);
});

test("the list of wrun run", () => {
  assert.is(defaultCapabilities().length, 12);
  assert.not(defaultCapabilities().includes("CAP_NET_RAW"));
  assert.equal(adjustCapabilities(undefined, ["net_raw"], ["all"]), ["CAP_NET_RAW"]);
  assert.equal(adjustCapabilities(["CAP_KILL"], ["chown"], []), ["CAP_CHOWN", "CAP_KILL"]);
});

test("a limit that cannot be is told by its code and pointer", () => {
  const limited = (soft: number, hard: number, facts = workstation.facts) =>
    decided(
      spec({}, { process: { cwd: "/", rlimits: [{ type: "RLIMIT_NOFILE", soft, hard }] } }),
      facts,
    );
  const above = refusal(() => limited(2, 1));
  assert.is(above.code, "ERR_CONFIG_INVALID");
  assert.is(above.pointer, "/process/rlimits/0/soft");
  const { user } = workstation.facts;
  const own = {
    ...workstation.facts,
    user: { ...user, effective: user.effective & ~(1n << 24n) },
    rlimits: { RLIMIT_NOFILE: { soft: 1, hard: 4 } },
  };
  assert.is(refusal(() => limited(1, 5, own)).code, "ERR_LAUNCH");
  assert.is(refusal(() => limited(1, -1, own)).code, "ERR_LAUNCH");
  assert.is(limited(1, 4, own).rlimits[0]?.raise, false);
});

test("a sysctl becomes a file, or is told by its pointer", () => {
  const set = (sysctl: Record<string, string>) => decided(spec({ sysctl })).sysctls;
  assert.is(
    set({ "net.ipv4.conf.eth0/1.forwarding": "1" })[0]?.path,
    "net/ipv4/conf/eth0.1/forwarding",
  );
  const bad = refusal(() => set({ "kernel.shmmax": "1+kernel.core_pattern=|/x" }));
  assert.is(bad.code, "ERR_CONFIG_INVALID");
  assert.is(bad.pointer, "/linux/sysctl/kernel.shmmax");
});

test.run();
