/** Where the files of the cgroups may differ after the same linux.resources, each with its argument. */
import type { Resources } from "../../runtime/spec/types.ts";

export interface AllowedFile {
  why: string;
  file: RegExp;
  /** Default: against both. */
  against?: "crun" | "runc";
  when: (asked: Resources, ours: string, theirs: string) => boolean;
  /** Only there can it be seen. */
  host?: "v2";
}

/** As runc before 1.3.2 and crun before 1.23 make a weight of shares; Debian 12 has these. */
function linear(shares = 0): string {
  return `${1 + Math.floor(((shares - 2) * 9999) / 262142)}`;
}

export const allowed: readonly AllowedFile[] = [
  {
    why: "a limit on what is reserved as well, as the runtime-spec prefers it; crun 1.8 and runc 1.1 limit what is used only",
    file: /^hugetlb\..*\.rsvd\./,
    when: ({ hugepageLimits = [] }, ours) => ours === `${hugepageLimits[0]?.limit}`,
  },
  {
    why: "the newer curve from shares to a weight; `formulas` has the older one for who wants it",
    file: /^cpu\.weight$/,
    host: "v2",
    when: ({ cpu }, _, theirs) => theirs === linear(cpu?.shares),
  },
  {
    why: "the same, as the kernel shows it for nice values",
    file: /^cpu\.weight\.nice$/,
    host: "v2",
    when: ({ cpu }) => cpu?.shares !== undefined,
  },
  {
    why: "time that may be saved up is newer than both: runc 1.2, crun 1.9",
    file: /^cpu\.(?:cfs_burst_us|max\.burst)$/,
    when: ({ cpu }, ours, theirs) => ours === `${cpu?.burst}` && theirs === "0",
  },
  {
    why: "runc 1.1 does not know cpu.idle, and an idle cgroup shows the least weight",
    file: /^cpu\.(?:idle|shares|weight|weight\.nice)$/,
    against: "runc",
    when: ({ cpu }, _, theirs) => cpu?.idle === 1 && theirs !== "1",
  },
];
