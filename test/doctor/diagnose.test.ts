import * as assert from "uvu/assert";
import { checklist } from "../../runtime/cli/checklist.ts";
import { colorsFor } from "../../runtime/cli/color.ts";
import type { Check, Host } from "../../runtime/doctor/check.ts";
import { diagnose, isFit } from "../../runtime/doctor/diagnose.ts";
import { userNamespaceDenial } from "../../runtime/doctor/users.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { topic } from "../harness.ts";
import { differing, docker, old, ordinary, workstation } from "./hosts.ts";

const test = topic("diagnosis");

function find(host: Host, name: string): Check {
  const found = diagnose(host).find((check) => check.name === name);
  assert.ok(found, name);
  return found;
}

const failing = (host: Host) =>
  diagnose(host)
    .filter(({ answer }) => answer !== "yes")
    .map(({ name }) => name);

test("a workstation lacks nothing", () => {
  assert.equal(failing(workstation), []);
  assert.ok(isFit(diagnose(workstation)));
});

test("an ordinary user there lacks only root", () => {
  assert.equal(failing(ordinary), ["root of the host"]);
  assert.ok(isFit(diagnose(ordinary)));
});

test("every no has a why and a remedy, and every yes has none", () => {
  for (const host of [workstation, ordinary, docker, old])
    for (const { name, answer, why, remedy } of diagnose(host)) {
      assert.ok(why, name);
      assert.is(answer === "no" ? remedy !== "" : true, true, name);
      assert.is(answer === "yes" ? remedy : "", "", name);
    }
});

test("names are each once, for programs that look them up", () => {
  const names = diagnose(workstation).map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
});

test("an old kernel is not fit, and no profile is blamed", () => {
  assert.not.ok(isFit(diagnose(old)));
  assert.match(find(old, "version 5.12 or newer").why, "4.19.0");
  assert.is(find(old, "mount_setattr").remedy, "boot a newer kernel");
  assert.is(find(old, "overlay").answer, "no");
});

test("5.12 itself is enough, 5.11 is not", () => {
  const of = (minor: number) =>
    find(
      differing(workstation, { kernel: { release: "", major: 5, minor } }),
      "version 5.12 or newer",
    );
  assert.is(of(12).answer, "yes");
  assert.is(of(11).answer, "no");
});

test("in a container: its filter, its /proc and its cgroups are blamed", () => {
  assert.not.ok(isFit(diagnose(docker)));
  assert.match(find(docker, "clone3").remedy, "seccomp profile");
  assert.match(find(docker, "mount_setattr").why, "EPERM");
  const proc = find(docker, "/proc visible in full");
  assert.ok(proc.needed);
  assert.match(proc.why, "/proc/bus, /proc/kcore, /proc/keys and 1 more");
  assert.not.match(proc.why, "binfmt_misc");
  assert.match(find(docker, "memory controller").why, "cannot be written");
});

test("a covered /proc is no obstacle to root of the host without a user namespace", () => {
  const mounts = [{ point: "/proc/keys", type: "tmpfs", options: [] }];
  const host = differing(workstation, { mounts });
  assert.is(find(host, "/proc visible in full").answer, "no");
  assert.ok(isFit(diagnose(host)));
});

const denials: [change: Partial<Facts["userNamespaces"]>, why: string, remedy: string][] = [
  [{ max: 0 }, "user.max_user_namespaces is 0", "sysctl user.max_user_namespaces="],
  [
    { unprivilegedClone: 0 },
    "kernel.unprivileged_userns_clone is 0",
    "unprivileged_userns_clone=1",
  ],
  [{ apparmorRestrict: 1 }, "apparmor_restrict_unprivileged_userns is 1", "profile node"],
];
for (const [change, why, remedy] of denials)
  test(`user namespaces: ${why}`, () => {
    const host = differing(ordinary, {
      userNamespaces: { ...ordinary.facts.userNamespaces, ...change },
    });
    const check = find(host, "user namespaces");
    assert.is(check.answer, "no");
    assert.match(check.why, why);
    assert.match(check.remedy, remedy);
    assert.not.ok(isFit(diagnose(host)));
  });

test("user namespaces: what binds ordinary users does not bind root", () => {
  const userNamespaces = {
    ...workstation.facts.userNamespaces,
    unprivilegedClone: 0,
    apparmorRestrict: 1,
  };
  assert.is(userNamespaceDenial({ ...workstation.facts, userNamespaces }), undefined);
  assert.ok(userNamespaceDenial({ ...ordinary.facts, userNamespaces }));
});

test("ids: says which file and which program is missing", () => {
  const host = differing(ordinary, {
    subordinate: { uids: [], gids: [{ start: 1, size: 1 }], newuidmap: null, newgidmap: "/x" },
  });
  const check = find(host, "a range of ids");
  assert.match(check.why, "no line for ada in /etc/subuid;");
  assert.not.match(check.why, "subgid");
  assert.match(check.why, "newuidmap not installed");
  assert.match(check.remedy, "usermod --add-subuids");
  assert.ok(isFit(diagnose(host)));
});

test("cgroups: a user whose cgroup has no cpuset gets the drop-in", () => {
  const [hierarchy] = ordinary.facts.cgroup.hierarchies;
  assert.ok(hierarchy);
  const hierarchies = [{ ...hierarchy, controllers: ["memory", "pids"] }];
  const cgroup = { ...ordinary.facts.cgroup, hierarchies };
  const check = find(differing(ordinary, { cgroup }), "cpuset controller");
  assert.match(check.remedy, "Delegate=cpu cpuset io memory pids");
  assert.match(check.why, "--cpuset-cpus");
  const bare = find(differing(ordinary, { cgroup }, { systemd: false }), "cpuset controller");
  assert.match(bare.remedy, "chown 1000:1000");
});

test("cgroups: a board that boots without memory, and v1 for a user", () => {
  const hierarchy = {
    unified: false,
    controllers: ["cpu", "cpuacct"],
    mount: "/sys/fs/cgroup/cpu",
    own: "/",
    name: "",
    writable: "root" as const,
  };
  const cgroup = {
    version: "v1" as const,
    hierarchies: [hierarchy],
    swap: false,
    features: no_features,
  };
  const board = differing(workstation, { cgroup });
  assert.match(find(board, "memory controller").remedy, "cgroup_enable=memory");
  assert.match(find(board, "swap accounting").remedy, "swapaccount=1");
  const closed = { ...cgroup, hierarchies: [{ ...hierarchy, writable: "none" as const }] };
  assert.match(
    find(differing(ordinary, { cgroup: closed }), "cpu controller").remedy,
    "run wrun as root",
  );
});

test("a package without init for this machine is not fit", () => {
  const host = { ...workstation, init: { path: "/opt/wrun/init-x64", present: false } };
  assert.not.ok(isFit(diagnose(host)));
});

test("the list shows remedies, marks what is needed, and ends in a verdict", () => {
  const text = (host: Host) => {
    const checks = diagnose(host);
    return checklist(checks, isFit(checks), colorsFor(false, {}));
  };
  assert.match(text(workstation), /\ncontainers can run here\n$/);
  assert.match(text(old), "NEEDED   mount_setattr");
  assert.match(text(old), /\ncontainers cannot run here: version 5\.12 or newer, .*\n$/);
  assert.match(text(docker), "> if this is a container");
});

test.run();
