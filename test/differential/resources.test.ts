/**
 * The same random linux.resources under wrun and under crun or runc: afterwards the files of the cgroups read the same,
 * but for what table-resources.ts argues. On v1 here, on v1 and v2 in the VM lane.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Resources } from "../../runtime/spec/types.ts";
import { slowness, topic } from "../harness.ts";
import { disk, host } from "../policy/cgroup-files.ts";
import { launch, prefix } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { anyResources } from "./arbitrary-resources.ts";
import { config, files, type Other, underOther } from "./limited.ts";
import { allowed } from "./table-resources.ts";

const test = topic("differential resources", { vm: true });

/** How many. In an emulated machine each takes eight seconds, and v1 is here as well. WRUN_TEST_FULL=1 is a few hundred. */
const count = process.env.WRUN_TEST_FULL
  ? 300
  : process.env.WRUN_TEST_VM === undefined
    ? 150
    : host.version === "v2"
      ? 20
      : 5;

let made = 0;

async function underWrun(resources: Resources): Promise<Record<string, string> | string> {
  const bundle = temporary("wrun");
  const path = `/${prefix}res${made++}`;
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config(resources, path)));
  const abort = new AbortController();
  let seen: Record<string, string> | string = "it never started";
  const started = () => {
    seen = files(path);
    abort.abort();
  };
  try {
    await launch("", { bundle, args: [], signal: abort.signal, killAfter_ms: 0 }, { started });
  } catch (error) {
    return `${error}`;
  }
  return seen;
}

const used = new Set<number>();

/** Files that differ without an argument for it. */
function unargued(
  runtime: Other,
  resources: Resources,
  ours: Record<string, string>,
  theirs: Record<string, string>,
): string[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return names.flatMap((file) => {
    if (ours[file] === theirs[file]) return [];
    const index = allowed.findIndex(
      (each) =>
        (each.against ?? runtime) === runtime &&
        each.file.test(file) &&
        each.when(resources, ours[file] ?? "", theirs[file] ?? ""),
    );
    if (index >= 0) used.add(index);
    return index >= 0 ? [] : [`${file}: wrun ${ours[file]}, ${runtime} ${theirs[file]}`];
  });
}

test("the files of the cgroups are the same", {
  needs: ["root", "busybox", "crun", "runc"],
  timeout_ms: Math.max(400_000, count * 20_000) / slowness,
}, async () => {
  const seed = Number(process.env.WRUN_TEST_SEED ?? 20261126);
  const v2 = host.version === "v2";
  const wrong: string[] = [];
  let compared = 0;
  const controllers = host.hierarchies.flatMap((each) => each.controllers);
  const { cpus, features } = host;
  const arbitrary = anyResources({ v2, disk: disk(), cpus, controllers, features });
  for (const [index, resources] of fc.sample(arbitrary, { numRuns: count, seed }).entries()) {
    const runtime: Other = index % 3 === 2 ? "runc" : "crun";
    const [ours, theirs] = [await underWrun(resources), underOther(runtime, resources)];
    const text = JSON.stringify(resources);
    if (typeof ours === "string" || typeof theirs === "string") {
      const says = typeof ours === "string" ? ours : `${runtime}: ${theirs}`;
      wrong.push(`${text}\n    ${says}`);
      continue;
    }
    compared++;
    const found = unargued(runtime, resources, ours, theirs);
    if (found.length > 0) wrong.push([text, ...found].join("\n    "));
  }
  assert.is(wrong.length, 0, `seed ${seed}, of ${count}:\n${wrong.slice(0, 12).join("\n")}`);
  assert.ok(compared > count / 2, `${compared} of ${count}`);
  // Of a handful not each can show itself.
  const unused = allowed.filter(({ host: on }, i) => !used.has(i) && (on !== "v2" || v2));
  if (count >= 20)
    assert.equal(
      unused.map(({ why }) => why),
      [],
    );
});

test.run();
