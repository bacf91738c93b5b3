/** The programs that end in CRIU. UPDATE=1 writes the golden files anew. */
import * as assert from "uvu/assert";
import { dumpProgram, restoreProgram } from "../../runtime/launch/criu.ts";
import type { Linux, Spec } from "../../runtime/spec/types.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { golden } from "../cli/golden.ts";
import { topic } from "../harness.ts";
import * as host from "./imaginary.ts";
import { base, withUser } from "./imaginary.ts";
import { programLines } from "./text.ts";

const test = topic("criu programs");

const criu = { path: "/usr/sbin/criu", env: ["PATH=/bin"] };
const directories = { images: "/images", work: "/work" };

const mount = (destination: string, type: string, source: string, ...options: string[]) => {
  return { destination, type, source, options };
};

/** With mounts of every kind in it, and a parent that stays. */
function restored(facts: Facts, more: Linux = {}) {
  const spec: Spec = {
    ...base,
    root: { path: "rootfs", readonly: true },
    mounts: [
      ...(base.mounts ?? []),
      mount("/dev", "tmpfs", "tmpfs", "mode=755"),
      mount("/dev/pts", "devpts", "devpts"),
      mount("/data", "none", "/srv/data", "rbind", "ro", "nosuid"),
      mount("/data/in", "none", "/srv/in", "bind"),
      mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro"),
    ],
    linux: { ...base.linux, maskedPaths: ["/proc/keys"], ...more },
  };
  const below = { point: "/srv/data/below", type: "tmpfs", options: ["rw"] };
  const here = { ...facts, mounts: [...facts.mounts, below] };
  const launch = host.launchOf(spec, here, host.directory, { keeper: true });
  return restoreProgram(launch, criu, "/run/wrun", directories, 1);
}

test("a dump: the whole program", () => {
  const { program, descriptors } = dumpProgram(criu, { images: "/images", work: undefined });
  const lines = [...programLines(program, "x64"), JSON.stringify(descriptors)];
  golden("test/launch/golden/criu-dump.txt", `${lines.join("\n")}\n`);
});

for (const [name, facts] of Object.entries({ v2: host.root, v1: host.pi })) {
  test(`a restore on ${name}: the whole program, and what takes the place of what`, () => {
    const { program, externals, descriptors } = restored(facts);
    const lines = [
      ...programLines(program, facts.arch),
      ...externals.map((each) => `${each.name} from ${each.path}`),
      JSON.stringify(descriptors),
    ];
    golden(`test/launch/golden/criu-restore-${name}.txt`, `${lines.join("\n")}\n`);
  });
}

test("in a user namespace devices are the host's, and lie ready", () => {
  const names = (more: Linux) => restored(host.root, more).externals.map(({ name }) => name);
  const devices = names(withUser(base).linux ?? {}).filter((name) =>
    /^\/dev\/(tty|zero)$/.test(name),
  );
  assert.equal(devices, ["/dev/zero", "/dev/tty"]);
  assert.not.ok(names({}).includes("/dev/tty"));
});

test.run();
