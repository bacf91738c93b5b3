/** --userns keep-id: an ordinary user is himself inside, and what he makes is his outside. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { WrunError } from "../../runtime/error.ts";
import { topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { launch, output, refusal } from "./launch.ts";
import { temporary } from "./rootfs.ts";

const test = topic("keep-id");

const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
const show = "id -u; id -g; cat /proc/self/uid_map";

/** The lines of a map, as numbers. */
const mapOf = (lines: string[]) => lines.map((line) => line.trim().split(/\s+/).map(Number));

const jobs: Jobs = {
  self: async () => {
    const [user, group, ...map] = (await output(show, { userns: "keep-id" })).trim().split("\n");
    assert.equal([user, group], [`${uid}`, `${gid}`]);
    return mapOf(map).length;
  },
  chosen: async () => {
    const userns = "keep-id:uid=7,gid=8,size=100";
    const [user, group, ...map] = (await output(show, { userns })).trim().split("\n");
    assert.equal([user, group], ["7", "8"]);
    const lines = mapOf(map);
    assert.equal(
      lines.find(([inside]) => inside === 7),
      [7, uid, 1],
    );
    assert.is(
      lines.reduce((sum, [, , size = 0]) => sum + size, 0),
      100,
    );
  },
  files: async () => {
    const directory = temporary("kept");
    const volumes = [`${directory}:/mnt`];
    const text = await output("echo mine > /mnt/file; stat -c %u:%g /mnt/file", {
      userns: "keep-id",
      volumes,
    });
    assert.is(text, `${uid}:${gid}\n`);
    const file = join(directory, "file");
    assert.equal([statSync(file).uid, statSync(file).gid], [uid, gid]);
    assert.is(readFileSync(file, "utf8"), "mine\n");
  },
};

test("a user with subordinate ids is himself, and has the others around", {
  needs: ["subids", "userns", "busybox"],
}, async ({ subidUser }) => {
  assert.is(await ask(subidUser, import.meta.url, "self"), 3);
});

test("as another id inside", { needs: ["subids", "userns", "busybox"] }, async ({ subidUser }) => {
  await ask(subidUser, import.meta.url, "chosen");
});

test("a user without subordinate ids has the one", {
  needs: ["user", "userns", "busybox"],
}, async ({ user }) => {
  assert.is(await ask(user, import.meta.url, "self"), 1);
});

test("what is made inside belongs to the user outside", {
  needs: ["user", "userns", "busybox"],
}, async ({ user }) => {
  await ask(user, import.meta.url, "files");
});

test("root is refused: his own id would be the host's root", {
  needs: ["root", "busybox"],
}, async () => {
  const error: WrunError = await refusal(launch("true", { userns: "keep-id" }));
  assert.is(error.code, "ERR_IDMAP");
});

if (!(await isJob(jobs))) test.run();
