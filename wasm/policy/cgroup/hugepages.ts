// linux.resources.hugepageLimits: Documentation/admin-guide/cgroup-v1/hugetlb.rst, cgroup-v2.rst "HugeTLB Interface Files".

import { CgroupsHugepageLimit as HugepageLimit, ProblemCode } from "../../generated/as/types";
import { quote } from "../report";
import { Draft } from "./draft";

/** HUGE_MAX_HSTATE is 4 at most; the rest is a mistake. */
const SIZES_MOST: i32 = 64;

function unitOf(letter: i32): u64 {
  if (letter == 0x4b) return 1 << 10;
  if (letter == 0x4d) return 1 << 20;
  return letter == 0x47 ? 1 << 30 : 0;
}

/** The bytes of `64KB`, `2MB` or `1GB`, 0 for anything else: ^[1-9][0-9]*[KMG]B$ of the runtime-spec. */
function bytesOf(size: string): u64 {
  const digits = size.length - 2;
  if (digits < 1 || digits > 9 || !size.endsWith("B")) return 0;
  let count: u64 = 0;
  for (let i: i32 = 0; i < digits; i++) {
    const digit = size.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9 || (i == 0 && digit == 0)) return 0;
    count = count * 10 + <u64>digit;
  }
  return count * unitOf(size.charCodeAt(digits));
}

function isSize(size: string, pointer: string, seen: string[], draft: Draft): bool {
  if (!bytesOf(size)) {
    draft.refuse(
      ProblemCode.Invalid,
      pointer + "/pageSize",
      `${quote(size)} is no size of a page`,
      "write it as in 64KB, 2MB or 1GB",
    );
    return false;
  }
  if (seen.includes(size)) {
    draft.refuse(
      ProblemCode.Conflict,
      pointer + "/pageSize",
      `pages of ${quote(size)} have two limits`,
    );
    return false;
  }
  seen.push(size);
  return true;
}

/** Of what is on the kernel's list of sizes; another one has no file. */
function isKnown(size: string, pointer: string, draft: Draft): bool {
  const sizes = draft.host.features.hugepageSizes;
  if (sizes.includes(size)) return true;
  draft.refuse(
    ProblemCode.Unsupported,
    pointer + "/pageSize",
    `this host has no pages of ${quote(size)}`,
    sizes.length ? `it has ${sizes.join(", ")}` : "",
  );
  return false;
}

function planSize(asked: HugepageLimit, pointer: string, draft: Draft): void {
  const size = asked.pageSize;
  const at = draft.controller("hugetlb", "/linux/resources" + pointer, false);
  if (at < 0 || !isKnown(size, pointer, draft)) return;
  const limit = asked.limit;
  const whole = limit - (limit % bytesOf(size));
  const note = whole == limit ? "" : `, of which the kernel counts whole pages: ${whole}`;
  const end = draft.isUnified(at) ? "max" : "limit_in_bytes";
  const value = limit.toString();
  const rule = `${limit} bytes of pages of ${size}`;
  draft.write(at, `hugetlb.${size}.${end}`, value, rule + note, pointer + "/limit");
  // The first limit kills who touches one page too many (SIGBUS). This one lets mmap(2) fail instead, since Linux 5.7.
  const reserved = `${rule} reserved${note}`;
  draft.write(at, `hugetlb.${size}.rsvd.${end}`, value, reserved, pointer + "/limit");
}

export function planHugepages(limits: HugepageLimit[], draft: Draft): void {
  if (limits.length > SIZES_MOST) {
    draft.refuse(
      ProblemCode.TooMany,
      "/hugepageLimits",
      `\`${limits.length}\` sizes of pages: wrun takes ${SIZES_MOST} at most`,
    );
    return;
  }
  const seen: string[] = [];
  for (let i: i32 = 0; i < limits.length; i++) {
    const pointer = `/hugepageLimits/${i}`;
    if (isSize(limits[i].pageSize, pointer, seen, draft)) planSize(limits[i], pointer, draft);
  }
}
