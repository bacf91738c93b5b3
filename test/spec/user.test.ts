import * as assert from "uvu/assert";
import { accounts_bytes_max, lookUpUser, parseUser } from "../../runtime/spec/user.ts";
import { topic } from "../harness.ts";
import { thrown } from "./thrown.ts";

const test = topic("spec/user");

const passwd = `root:x:0:0:root:/root:/bin/sh
# a comment
1000:x:0:0:a name of digits:/root:/bin/sh
app:x:1000:2000:App:/srv/app:/bin/sh
app:x:0:0:a second entry of the name:/root:/bin/sh
huge:x:4294967296:0::/:/bin/sh
minus:x:-1:0::/:/bin/sh
relative:x:7:7::home:/bin/sh
short:x:8
`;
const group = `root:x:0:
wheel:x:10:root,app
app:x:2000:
audio:x:63:appx,app
video:x:44:xapp
bad:x:99999999999:app
`;

const found: [user: string, uid: number, gid: number, groups: number[], home: string][] = [
  ["app", 1000, 2000, [2000, 10, 63], "/srv/app"],
  ["1000", 1000, 2000, [2000, 10, 63], "/srv/app"],
  ["0", 0, 0, [0, 10], "/root"],
  ["root", 0, 0, [0, 10], "/root"],
  ["5000", 5000, 0, [0], "/"],
  ["5000:6000", 5000, 6000, [6000], "/"],
  ["app:wheel", 1000, 10, [10], "/srv/app"],
  ["app:4294967294", 1000, 4294967294, [4294967294], "/srv/app"],
  ["relative", 7, 7, [7], "/"],
  ["007", 7, 7, [7], "/"],
];

for (const [user, uid, gid, additionalGids, home] of found) {
  test(`finds ${user}`, () => {
    assert.equal(lookUpUser(user, passwd, group), { uid, gid, additionalGids, home });
  });
}

test("takes digits for a number, also when an entry has them for a name (CVE-2016-3697)", () => {
  assert.is(lookUpUser("1000", "1000:x:0:0::/root:/bin/sh\n", "").uid, 1000);
});

const malformed = [
  ...[
    "",
    ":",
    "a:",
    ":a",
    "a:b:c",
    "-1",
    "+1",
    " 1",
    "1 ",
    "0x0",
    "1e3",
    "1.0",
    "4294967295",
    "4294967296",
  ],
  ...["18446744073709551616", "٣", "a b", "a/b", "a\n", "../x", "1a", "-", "a:-1", "a:4294967296"],
];

for (const user of malformed) {
  test(`refuses ${JSON.stringify(user)} (CVE-2026-46680)`, () => {
    // Neither may an entry by that name make it good.
    const trap = `${user.split(":")[0]}:x:0:0::/root:/bin/sh\n`;
    assert.is(thrown(() => lookUpUser(user, trap, trap)).code, "ERR_USAGE");
    assert.is(thrown(() => parseUser(user)).code, "ERR_USAGE");
  });
}

const absent: [user: string, says: string][] = [
  ["nobody", "there is no user `nobody` in `/etc/passwd` of the container"],
  ["huge", "there is no user `huge` in `/etc/passwd` of the container"],
  ["minus", "there is no user `minus` in `/etc/passwd` of the container"],
  ["short", "there is no user `short` in `/etc/passwd` of the container"],
  ["app:nogroup", "there is no group `nogroup` in `/etc/group` of the container"],
  ["app:bad", "there is no group `bad` in `/etc/group` of the container"],
];

for (const [user, says] of absent) {
  test(`does not find ${user}`, () => {
    const error = thrown(() => lookUpUser(user, passwd, group));
    assert.is(error.code, "ERR_USER_NOT_FOUND");
    assert.is(error.message, says);
  });
}

test("reads one line of a megabyte, and refuses more (CVE-2026-47262)", () => {
  const names = "x,".repeat(accounts_bytes_max / 2 - 20);
  assert.equal(lookUpUser("app", passwd, `long:x:5:${names}app\n`).additionalGids, [2000, 5]);
  const error = thrown(() => lookUpUser("app", passwd, "x".repeat(accounts_bytes_max + 1)));
  assert.match(error.message, /^`\/etc\/group` of the container is larger/);
});

test.run();
