/** What a container sees of itself: a script for its busybox, and the reading of what it prints. */

/** A line that says that all is said; the script then waits for a line of input. */
export const end_mark = "== end";

/** How the script ends. */
export const exit_code = 7;

/** Lines, by the name of their section. */
export type View = Map<string, string[]>;

/**
 * `paths` are read, listed and written to, for the error that comes of it. Only opening for writing is tried: a byte
 * written to /proc/sysrq-trigger would restart the machine.
 */
export function probeScript(paths: readonly string[]): string {
  return [
    ...sections.flatMap(([name, ...commands]) => [`echo "== ${name}"`, ...commands]),
    `for path in ${paths.join(" ")}; do`,
    '  echo "== path $path"',
    "  {",
    '    if [ -d "$path" ]; then',
    '      ls -A "$path" | head -n 3; touch "$path/new" && echo made && rm "$path/new"',
    '    else head -c 1 "$path" | wc -c; (: >>"$path") && echo writable; fi',
    // Its owner may change the mode of a node, which is the host's, unless it is mounted read-only.
    '    if [ -c "$path" ]; then chmod 666 "$path" && echo changed; fi',
    "  } 2>&1",
    "done",
    `echo "${end_mark}"`,
    "read line",
    `exit ${exit_code}`,
  ].join("\n");
}

const applets =
  "chmod cut find head ip ls readlink rm sort stat stty touch tr tty wc grep id cat hostname tail sh env";

/** What the script needs besides the shell. */
export const applet_names: readonly string[] = applets.split(" ");

const stat = "stat -c '%n %A %u:%g %t:%T'";

/** Numbers that change by themselves: how much memory there is in use, how often it was scheduled. */
const unsteady = "^(Vm|Rss|Hugetlb|Threads|State|voluntary|nonvol|SigQ|FDSize)";

/** Settings of each namespace, without keys made at random and shares of the memory of the machine. */
const sysctl_roots =
  "/proc/sys/net /proc/sys/fs/mqueue /proc/sys/user /proc/sys/kernel/shm* /proc/sys/kernel/msg* /proc/sys/kernel/sem";
const unsteady_sysctls =
  "_random|_key:|_mem:|_secret|_uuid|/ipv6/conf/|/neigh/|/nf_conntrack_count:|/netfilter/";

const process_files =
  "oom_score_adj attr/current coredump_filter loginuid personality uid_map gid_map setgroups timens_offsets cpuset";

const sections: readonly (readonly [name: string, ...commands: string[]])[] = [
  ["mounts", "cat /proc/1/mountinfo"],
  ["status", `grep -vE '${unsteady}' /proc/$$/status`],
  ["process", "cut -d' ' -f5-8,18-19,40-41 /proc/$$/stat", "cat /proc/$$/comm", "echo $$ $0 $#"],
  ["limits", "cat /proc/$$/limits"],
  ["cgroup", "cat /proc/$$/cgroup"],
  ["environment", "tr '\\0' '\\n' </proc/$$/environ"],
  [
    "files",
    "(cd /proc/$$/fd; for fd in *; do echo $fd $(readlink $fd); done)",
    "head -n 2 /proc/$$/fdinfo/[012]",
  ],
  ["directory", "pwd", `${stat} / /proc /sys /dev /dev/shm /tmp . 2>&1`, "ls -A /"],
  [
    "devices",
    `find /dev | sort | while read -r path; do ${stat} "$path"; readlink "$path"; done`,
    "for name in null zero full random; do head -c 1 /dev/$name 2>&1 | wc -c; done",
    "for name in null full; do (echo >/dev/$name) 2>&1; done",
    "(: </dev/tty) 2>&1",
  ],
  ["names", "hostname", "cat /proc/sys/kernel/domainname"],
  ["namespaces", "(cd /proc/$$/ns; for kind in *; do echo $kind $(readlink $kind); done)"],
  ["settings", `for name in ${process_files}; do echo "$name:" $(cat /proc/$$/$name 2>&1); done`],
  [
    "sysctl",
    // A read of a byte at a time, as the shell's, gets the first byte of each only.
    `grep -r "" ${sysctl_roots} 2>/dev/null | grep -vE '${unsteady_sysctls}' | sort`,
  ],
  ["network", "ip addr", "cut -d: -f1 /proc/net/dev | tail -n +3", "ls /sys/class/net 2>&1"],
  ["terminal", "tty", "stty -a 2>&1 | tr ' ;' '\\n'"],
  // In a user namespace there are no others to be seen than the container's.
  ["keys", "grep -q ' 4294967295$' /proc/$$/uid_map || cut -c 10-15,29- /proc/keys 2>&1"],
  ["cgroup directory", "ls -A1 /sys/fs/cgroup 2>&1"],
  ["user", "id", "umask"],
  ["processes", "set -- /proc/[0-9]*; echo $#"],
];

/** Takes apart what the script prints. */
export function readView(text: string): View {
  const view: View = new Map();
  let lines: string[] = [];
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (line.startsWith("== ")) {
      lines = [];
      view.set(line.slice(3), lines);
    } else if (line !== "") lines.push(line);
  }
  view.delete(end_mark.slice(3));
  return view;
}
