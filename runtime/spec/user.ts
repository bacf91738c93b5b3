import { WrunError } from "../error.ts";
import { groups_max, id_max } from "./check/limit.ts";
import { quote } from "./quote.ts";

/** `USER[:GROUP]`, each a number or a name. */
export interface UserName {
  user: number | string;
  group?: number | string;
}

export interface FoundUser {
  uid: number;
  gid: number;
  /** With the primary group among them: setgroups(2) must keep what a file denies to that group (CVE-2022-36109). */
  additionalGids: number[];
  home: string;
}

/** Bytes of /etc/passwd and /etc/group that are looked at: they come from an image (CVE-2026-47262). */
export const accounts_bytes_max = 1 << 20;

/**
 * Reads `1000`, `1000:1000`, `name`, `name:group`. Digits are a number, never the name of an entry (CVE-2016-3697), and
 * a number that no id can be is an error, never a name (CVE-2026-46680). Throws ERR_USAGE.
 */
export function parseUser(text: string): UserName {
  const [user = "", group, ...more] = text.split(":");
  if (more.length > 0) throw invalid(text, "has more than one `:`");
  if (group === undefined) return { user: part(user, text) };
  return { user: part(user, text), group: part(group, text) };
}

/** A name begins with a letter or `_`, as useradd(8) has it, so `-1`, `0x0` and ` 1` are nothing at all. */
const name_form = /^[A-Za-z_][A-Za-z0-9_.@-]{0,254}\$?$/;

function part(word: string, text: string): number | string {
  if (/^\d+$/.test(word)) {
    const id = Number(word);
    if (word.length <= 10 && id <= id_max) return id;
    throw invalid(text, `has an id above ${id_max}`);
  }
  if (name_form.test(word)) return word;
  throw invalid(text, word === "" ? "has an empty name" : `has ${quote(word)}, no id and no name`);
}

function invalid(text: string, why: string): WrunError {
  return new WrunError({
    code: "ERR_USAGE",
    message: `the user ${quote(text)} ${why}`,
    hint: "a user is `USER[:GROUP]`, each a number or a name",
  });
}

/**
 * Looks a user up in the text of the container's /etc/passwd and /etc/group ("" where there is none), as login(1)
 * would: with the entry's group, home and supplementary groups. A number needs no entry: its group is 0 then, its home
 * `/`. With a group given, that is the only one. Throws ERR_USER_NOT_FOUND for a name without an entry.
 */
export function lookUpUser(text: string, passwd: string, group: string): FoundUser {
  const wanted = parseUser(text);
  const account = findAccount(wanted.user, lines(passwd, "/etc/passwd"));
  const groups = lines(group, "/etc/group");
  const uid = account?.uid ?? wanted.user;
  if (typeof uid === "string") throw missing("user", uid, "/etc/passwd");
  const home = account?.home.startsWith("/") ? account.home : "/";
  if (wanted.group !== undefined) {
    const gid = typeof wanted.group === "number" ? wanted.group : findGroup(wanted.group, groups);
    return { uid, gid, additionalGids: [gid], home };
  }
  const gid = account?.gid ?? 0;
  const others = account ? memberships(account.name, groups) : [];
  return { uid, gid, additionalGids: [...new Set([gid, ...others])].slice(0, groups_max), home };
}

function lines(text: string, path: string): string[][] {
  if (text.length > accounts_bytes_max) {
    throw new WrunError({
      code: "ERR_USER_NOT_FOUND",
      message: `\`${path}\` of the container is larger than ${accounts_bytes_max} bytes`,
      hint: "give the user as numbers: `UID:GID`",
    });
  }
  return text.split("\n").map((line) => line.split(":"));
}

interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** The first entry counts, as in getpwnam(3). One whose numbers are none is not there. */
function findAccount(user: number | string, passwd: string[][]): Account | undefined {
  for (const [name = "", , uidText, gidText, , home = ""] of passwd) {
    const [uid, gid] = [number(uidText), number(gidText)];
    if (name === "" || uid === undefined || gid === undefined) continue;
    if (user === (typeof user === "number" ? uid : name)) return { name, uid, gid, home };
  }
  return undefined;
}

function findGroup(wanted: string, groups: string[][]): number {
  for (const [name, , gidText] of groups) {
    const gid = number(gidText);
    if (name === wanted && gid !== undefined) return gid;
  }
  throw missing("group", wanted, "/etc/group");
}

function memberships(user: string, groups: string[][]): number[] {
  return groups.flatMap(([, , gidText, members = ""]) => {
    const gid = number(gidText);
    return gid !== undefined && members.split(",").includes(user) ? [gid] : [];
  });
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= id_max ? id : undefined;
}

function missing(kind: "user" | "group", name: string, file: string): WrunError {
  return new WrunError({
    code: "ERR_USER_NOT_FOUND",
    message: `there is no ${kind} ${quote(name)} in \`${file}\` of the container`,
    hint: "names are the container's own, not the host's; numbers need no entry",
  });
}
