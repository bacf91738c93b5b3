// The hugetlb controller: one group of files for each size of huge pages; cgroup-v1/hugetlb.rst, cgroup-v2.rst.

import { StatsHugePages as HugePages } from "../../generated/as/types";
import { Reader, v1, v2 } from "./reader";
import { number } from "./text";

const PREFIX = "hugetlb.";
/** arm64 has four sizes, powerpc more; it bounds the memory. */
const SIZES_MOST: i32 = 32;

/** `2MB` in bytes, as hugetlb_cgroup's mem_fmt() writes it; 0 for what is no size. */
function bytesOf(size: string): u64 {
  const value = number(size.substring(0, size.length - 2));
  const unit = size.substring(size.length - 2);
  const shift: u64 = unit == "KB" ? 10 : unit == "MB" ? 20 : unit == "GB" ? 30 : 0;
  if (!value || shift == 0 || value.value >= (<u64>1) << 20) return 0;
  return value.value << shift;
}

/** The sizes that any file is of, in the order of the files. */
function sizes(reader: Reader): string[] {
  const list: string[] = [];
  for (let i: i32 = 0; i < reader.files.length && list.length < SIZES_MOST; i++) {
    const name = reader.files[i].name;
    if (!name.startsWith(PREFIX)) continue;
    const end = name.indexOf(".", PREFIX.length);
    const size = name.substring(PREFIX.length, end < 0 ? name.length : end);
    if (bytesOf(size) && !list.includes(size)) list.push(size);
  }
  return list;
}

/** v1 rounds what it says for no limit down to whole huge pages (hugetlb_cgroup_init). */
function unlimitedOf(size: string): u64 {
  const bytes = bytesOf(size);
  return ((<u64>1) << 63) - max<u64>(bytes, 65536);
}

function pagesOf(reader: Reader, size: string): HugePages {
  const field = `huge-pages.${size}.`;
  const file = PREFIX + size;
  return new HugePages(
    size,
    bytesOf(size),
    reader.count(field + "usage-bytes", [v2(file + ".current"), v1(file + ".usage_in_bytes")]),
    reader.count(field + "peak-bytes", [v1(file + ".max_usage_in_bytes")]),
    reader.limit(
      field + "limit-bytes",
      [v2(file + ".max"), v1(file + ".limit_in_bytes")],
      unlimitedOf(size),
    ),
    reader.count(field + "limit-events", [v2(file + ".events", "max"), v1(file + ".failcnt")]),
    reader.count(field + "reserved-bytes", [
      v2(file + ".rsvd.current"),
      v1(file + ".rsvd.usage_in_bytes"),
    ]),
  );
}

export function hugePagesOf(reader: Reader): HugePages[] | null {
  const list = sizes(reader);
  if (list.length == 0) {
    reader.miss("huge-pages", ["no file of the controller `hugetlb` was read"]);
    return null;
  }
  const pages: HugePages[] = [];
  for (let i: i32 = 0; i < list.length; i++) pages.push(pagesOf(reader, list[i]));
  return pages;
}
