/** The commands of wrun and their flags, as data: the parser, the help and its tests read this table. */
import type { Flag } from "./flag.ts";

export interface Command {
  name: string;
  /** One phrase, for the list of commands. */
  summary: string;
  /** What follows the name. */
  usage: string;
  /** Whole sentences under the usage line, wrapped already. */
  about: string[];
  flags: Flag[];
  /** Exit status of a usage error, see C4 of users.md: `run` keeps 2 for the container's own program. */
  usageExit: 2 | 125;
  /** One of the runtime-spec or of runc, for other programs to call: the overview only names it. */
  oci?: true;
  examples: string[];
}

const help: Flag = {
  name: "help",
  short: "h",
  kind: "switch",
  value: "",
  group: "other",
  about: "print this text",
};

const json: Flag = {
  name: "json",
  kind: "switch",
  value: "",
  group: "other",
  about: "print the answer (and an error) as one JSON object",
};

type Row = [spelling: string, value: string, about: string];

/** `-e,env*` is --env with the short form -e, which may be repeated. Without a value name it is a switch. */
function flagGroup(group: string, rows: Row[]): Flag[] {
  return rows.map(([spelling, value, about]) => {
    const [, short, name = "", many] = /^(?:-(\w),)?([a-z0-9-]+)(\*?)$/.exec(spelling) ?? [];
    const kind = value === "" ? "switch" : many ? "list" : "value";
    return { name, ...(short && { short }), kind, value, group, about };
  });
}

const launchFlags: Flag[] = [
  ...flagGroup("root", [
    [
      "-b,bundle",
      "DIR",
      "an OCI bundle: config.json and a root filesystem; the other flags change it",
    ],
    [
      "rootfs",
      "DIR",
      "the root filesystem; without it the host's own, read-only, under a throw-away layer",
    ],
    ["read-only", "", "make the root filesystem read-only"],
    ["-v,volume*", "SRC:DST[:ro]", "make a file or directory of the host appear in the container"],
    [
      "tmpfs*",
      "DST[:OPTIONS]",
      "mount an empty filesystem in memory, with options such as size=64m,mode=1777",
    ],
  ]),
  ...flagGroup("process", [
    ["-e,env*", "NAME[=VALUE]", "set an environment variable; without a value, pass wrun's own on"],
    ["-w,workdir", "DIR", "working directory in the container, absolute"],
    ["-u,user", "USER[:GROUP]", "names of the container's /etc/passwd and /etc/group, or numbers"],
    ["-t,tty", "", "give the container a terminal of its own"],
    ["-i,interactive", "", "pass standard input on (without -t it always is)"],
    ["ulimit*", "NAME=SOFT[:HARD]", "a limit of setrlimit(2), such as nofile=1024:4096"],
  ]),
  ...flagGroup("limits", [
    ["-m,memory", "BYTES", "memory limit, such as 64m or 1.5g; beyond it the kernel kills"],
    ["memory-swap", "BYTES", "memory and swap together, -1 for no limit on swap"],
    ["cpus", "NUMBER", "processors' worth of time, such as 0.5"],
    ["cpu-shares", "NUMBER", "weight against other cgroups, 2 to 262144, 1024 is usual"],
    ["cpuset-cpus", "LIST", "processors it may run on, such as 0-2,5"],
    ["pids-limit", "NUMBER", "processes and threads, -1 for no limit"],
  ]),
  ...flagGroup("rights", [
    ["cap-add*", "NAME", "add a capability, or ALL"],
    ["cap-drop*", "NAME", "take a capability away, or ALL"],
    ["no-new-privileges", "", "setuid programs gain nothing (on by default; =false turns it off)"],
    [
      "security-opt*",
      "seccomp=PROFILE",
      "system calls it may make: default, unconfined (all), or a profile in a JSON file",
    ],
    [
      "userns",
      "auto|host|own|keep-id",
      "user namespace: a free range of ids, none, only wrun's own id as root, or as itself",
    ],
    ["uidmap*", "IN:OUT:SIZE", "map container uids to host uids, in a user namespace"],
    ["gidmap*", "IN:OUT:SIZE", "map container gids to host gids, in a user namespace"],
  ]),
  ...flagGroup("view", [
    ["name", "NAME", "the container's id; without it one is made up"],
    ["hostname", "NAME", "hostname in the container; without it the id"],
    ["network", "none|host", "only a loopback of its own (default), or the host's network"],
  ]),
];

/** What runc's create and run take. */
const ociFlags: Flag[] = flagGroup("oci", [
  ["console-socket", "PATH", "a unix socket that gets the master of the terminal"],
  ["pidfd-socket", "PATH", "a unix socket that gets a pidfd of the first process"],
  ["pid-file", "FILE", "write the pid of the first process there"],
  ["preserve-fds", "N", "pass N files on, from descriptor 3 on"],
  ["no-pivot", "", "for a host whose root is a ramfs: do not pivot_root"],
  ["no-new-keyring", "", "keep the session keyring of the caller"],
]);

const brief: Flag = {
  name: "brief",
  kind: "switch",
  value: "",
  group: "other",
  about: "print what the steps are for, and not the steps",
};

const explain = flagGroup("other", [
  [
    "explain-call*",
    "CALL[,ARG...]",
    "only say which rule decides a system call, by name or number, with these arguments or zeros",
  ],
  [
    "explain-device*",
    "'c|b N:N [rwm]'",
    "only say which rules decide access to a device, by its numbers",
  ],
]);

const facts: Flag = {
  name: "facts",
  kind: "value",
  value: "FILE",
  group: "other",
  about: "plan for the host that this file is from; `wrun facts` writes it",
};

const as: Flag = {
  name: "as",
  kind: "value",
  value: "runc|crun|youki",
  group: "other",
  about: "the runtime to compare with",
};

/** What runc's checkpoint and restore have in common. */
const criuFlags: Flag[] = flagGroup("criu", [
  ["image-path", "DIR", "where the images are (default: checkpoint)"],
  ["work-path", "DIR", "where CRIU puts its log (default: with the images)"],
  ["tcp-established", "", "connections may be open, and stay it"],
  ["ext-unix-sk", "", "unix sockets may have their other end outside"],
  ["shell-job", "", "the container shares session and terminal with a shell"],
  ["file-locks", "", "there may be locks on files"],
  ["manage-cgroups-mode", "MODE", "soft (default), full, strict or ignore: criu(8)"],
  ["empty-ns*", "network", "for callers of runc: the network is never filled by CRIU"],
  ["auto-dedup", "", "punch out of older images what is in newer ones"],
  ["lazy-pages", "", "fetch memory when it is used, from a page server"],
]);

const statusFd: Flag = {
  name: "status-fd",
  kind: "value",
  value: "N",
  group: "other",
  about: "write what happens to this file descriptor, a JSON object a line",
};

export const commands: readonly Command[] = [
  {
    name: "run",
    summary: "run a command in a container of its own",
    usage: "[flags] [--] [command [arg...]]",
    about: [
      "Runs a command (that of the bundle, or `sh`) in a new container and removes the",
      "container after it. With --bundle a word that stands without `--` is the id.",
    ],
    flags: [
      ...launchFlags,
      ...ociFlags,
      ...flagGroup("oci", [
        ["-d,detach", "", "start the container and leave it alone; `wrun delete` removes it"],
        ["keep", "", "keep the state of the container when it has ended"],
      ]),
      statusFd,
      ...flagGroup("other", [
        ["no-subreaper", "", "for callers of runc: wrun never becomes a subreaper"],
      ]),
      help,
    ],
    usageExit: 125,
    examples: [
      "wrun run -- sh -c 'hostname; id; ps'",
      "wrun run -it --memory 64m --pids-limit 20 -v ./src:/src:ro -w /src",
      "wrun run --rootfs ./alpine --user 1000 --cap-drop ALL -- /bin/ls -l /",
    ],
  },
  {
    name: "spec",
    summary: "write the config.json of a new bundle",
    usage: "[--rootless] [--bundle DIR]",
    about: ["Writes a config.json to start from. An existing one is never overwritten."],
    flags: [
      ...flagGroup("flags", [
        ["-b,bundle", "DIR", "where to write it (default: the working directory)"],
        ["rootless", "", "for an ordinary user: in a user namespace"],
      ]),
      help,
    ],
    usageExit: 2,
    examples: ["mkdir -p web/rootfs && wrun spec --bundle web && wrun run --bundle web"],
  },
  {
    name: "plan",
    summary: "print what run would do and why, and do nothing",
    usage: "[flags of run] [--] [command [arg...]]",
    about: [
      "Takes the flags of run. Prints every decision with its reason, and every step",
      "that run would ask of the kernel. Needs no privilege and changes nothing.",
    ],
    flags: [...launchFlags, facts, ...explain, brief, json, help],
    usageExit: 2,
    examples: [
      "wrun plan --brief --memory 64m -- sh",
      "wrun plan --json -- sh | jq .decisions.namespaces",
      "wrun plan --explain-call socket,38 --explain-device 'c 10:200 rwm'",
    ],
  },
  {
    name: "compare",
    summary: "say where another runtime would limit a container differently",
    usage: "--as runc|crun|youki [flags of run]",
    about: [
      "Compares what wrun and the other runtime write to cgroups for the same",
      "config.json, each with its rule. Starts nothing; the other need not be there.",
    ],
    flags: [...launchFlags, as, facts, json, help],
    usageExit: 2,
    examples: [
      "wrun compare --as crun --bundle web",
      "wrun compare --as runc --facts host.json --memory 64m",
    ],
  },
  {
    name: "facts",
    summary: "print what this host offers, for a plan made elsewhere",
    usage: "> FILE",
    about: [
      "Prints JSON: kernel, ids, capabilities, cgroups, mounts and limits, as this user",
      "has them. With it, `wrun plan --facts` plans for this host on any other.",
    ],
    flags: [help],
    usageExit: 2,
    examples: [
      "wrun facts > host.json",
      "ssh pi wrun facts | wrun plan --facts /dev/stdin --memory 64m -- sh",
    ],
  },
  {
    name: "doctor",
    summary: "say what this host can do, and the remedy for what it cannot",
    usage: "[--json]",
    about: ["Exits with 1 when something is missing that every container needs."],
    flags: [json, help],
    usageExit: 2,
    examples: ["wrun doctor", "wrun doctor --json | jq '.checks[] | select(.answer == \"no\")'"],
  },
  {
    name: "create",
    summary: "make a container up to the start of its program",
    usage: "[flags] ID",
    about: ["Makes the container of a bundle. Its program runs from `wrun start` on."],
    flags: [
      ...flagGroup("oci", [["-b,bundle", "DIR", "the bundle (default: the working directory)"]]),
      ...ociFlags,
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun create --bundle web --pid-file web.pid web-1"],
  },
  {
    name: "start",
    summary: "start the program of a container that was created",
    usage: "ID",
    about: ["Returns when the program runs, or cannot be run."],
    flags: [help],
    usageExit: 2,
    oci: true,
    examples: ["wrun start web-1"],
  },
  {
    name: "exec",
    summary: "run one more program in a container",
    usage: "[flags] ID [--] command [arg...]",
    about: ["In its namespaces and its cgroup, with its filter of system calls."],
    flags: [
      ...flagGroup("oci", [
        ["-t,tty", "", "give the program a terminal of its own"],
        ["-d,detach", "", "return when it runs"],
        ["cwd", "DIR", "working directory in the container"],
        ["-e,env*", "NAME=VALUE", "set an environment variable"],
        ["-u,user", "UID[:GID]", "who it runs as: numbers, or names of the container"],
        ["-g,additional-gids*", "GID", "one more group"],
        ["-c,cap*", "NAME", "one more capability"],
        ["no-new-privs", "", "setuid programs gain nothing"],
        ["apparmor", "PROFILE", "another AppArmor profile than the container's"],
        ["process-label", "LABEL", "another SELinux label than the container's"],
        [
          "cgroup*",
          "[CONTROLLER:]PATH",
          "a cgroup below the container's own, which has to be there; on v1 for these controllers (a,b) only",
        ],
        ["-p,process", "FILE", "the process as a whole, as in config.json"],
        ["pid-file", "FILE", "write its pid there"],
        ["console-socket", "PATH", "a unix socket that gets the master of the terminal"],
        ["pidfd-socket", "PATH", "a unix socket that gets a pidfd of it"],
        ["preserve-fds", "N", "pass N files on, from descriptor 3 on"],
        ["ignore-paused", "", "do not refuse a container that is paused"],
      ]),
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun exec web-1 ps", "wrun exec -t --user 1000 web-1 sh"],
  },
  {
    name: "state",
    summary: "print the state of a container",
    usage: "ID",
    about: ["Prints JSON, as the OCI runtime-spec has it."],
    flags: [help],
    usageExit: 2,
    oci: true,
    examples: ["wrun state web-1 | jq -r .status"],
  },
  {
    name: "kill",
    summary: "send a signal to a container",
    usage: "[--all] ID [SIGNAL]",
    about: ["Signals the first process: by SIGTERM, or a name or number."],
    flags: [...flagGroup("flags", [["-a,all", "", "signal every process of the container"]]), help],
    usageExit: 2,
    oci: true,
    examples: ["wrun kill web-1", "wrun kill web-1 KILL"],
  },
  {
    name: "pause",
    summary: "stop every process of a container where it is",
    usage: "ID",
    about: ["Freezes the container's cgroup. `wrun resume` lets it go on."],
    flags: [help],
    usageExit: 2,
    oci: true,
    examples: ["wrun pause web-1"],
  },
  {
    name: "resume",
    summary: "let a container that is paused go on",
    usage: "ID",
    about: ["Thaws the container's cgroup."],
    flags: [help],
    usageExit: 2,
    oci: true,
    examples: ["wrun resume web-1"],
  },
  {
    name: "ps",
    summary: "list the processes of a container",
    usage: "[--format table|json] ID [ps options]",
    about: [
      "Lists every process of the container, also those of `wrun exec`, by the",
      "host's ps(1) with these options (-ef when there are none), or their pids.",
    ],
    flags: [...flagGroup("flags", [["-f,format", "table|json", "how (default: table)"]]), help],
    usageExit: 2,
    oci: true,
    examples: ["wrun ps web-1", "wrun ps web-1 -o pid,comm", "wrun ps --format json web-1"],
  },
  {
    name: "update",
    summary: "change the limits of a container",
    usage: "[flags] ID",
    about: [
      "Changes the limits that are named and leaves the others. With a file, or - for",
      "standard input, linux.resources as in config.json, and no flag counts.",
    ],
    flags: [
      ...flagGroup("file", [["-r,resources", "FILE", "linux.resources as JSON; - reads stdin"]]),
      ...flagGroup("memory", [
        ["memory", "BYTES", "memory limit, such as 64m"],
        ["memory-reservation", "BYTES", "soft limit"],
        ["memory-swap", "BYTES", "memory and swap together, -1 for no limit"],
        ["kernel-memory", "BYTES", "does nothing: the kernel has dropped it"],
        ["kernel-memory-tcp", "BYTES", "does nothing: the kernel has dropped it"],
      ]),
      ...flagGroup("cpu", [
        ["cpu-share", "NUMBER", "weight, 2 to 262144"],
        ["cpu-quota", "US", "time in a period, -1 for no limit"],
        ["cpu-period", "US", "the period"],
        ["cpu-burst", "US", "time that may be saved up"],
        ["cpu-idle", "NUMBER", "1: run only when nobody else wants to"],
        ["cpu-rt-runtime", "US", "real-time in a period (v1)"],
        ["cpu-rt-period", "US", "the period of real-time (v1)"],
        ["cpuset-cpus", "LIST", "processors, such as 0-3,7"],
        ["cpuset-mems", "LIST", "memory nodes"],
      ]),
      ...flagGroup("other", [
        ["pids-limit", "NUMBER", "how many processes and threads, -1 for no limit"],
        ["blkio-weight", "NUMBER", "I/O weight, 10 to 1000"],
        ["l3-cache-schema", "TEXT", "schemata of the container's class of service"],
        ["mem-bw-schema", "TEXT", "schemata of the container's class of service"],
      ]),
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun update --memory 128m web-1", "wrun update -r - web-1 <limits.json"],
  },
  {
    name: "events",
    summary: "tell what a container uses, and when it ran out of memory",
    usage: "[--stats] [--interval TIME] ID",
    about: [
      "Prints one JSON object a line, in the form of `runc events`, until the",
      "container has ended.",
    ],
    flags: [
      ...flagGroup("flags", [
        ["stats", "", "print the statistics once and end"],
        ["interval", "TIME", "between statistics, such as 500ms (default: 5s)"],
      ]),
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun events --stats web-1", "wrun events --interval 1s web-1"],
  },
  {
    name: "checkpoint",
    summary: "save the processes of a container as files",
    usage: "[flags] ID",
    about: [
      "CRIU (criu(8)) writes a container that runs into a directory of images. The",
      "container is gone then, unless told otherwise; `wrun restore` brings it back.",
    ],
    flags: [
      ...criuFlags,
      ...flagGroup("checkpoint", [
        ["leave-running", "", "the container goes on"],
        ["pre-dump", "", "save memory alone, to have less to save later; it goes on"],
        ["parent-path", "DIR", "the images of a pre-dump, relative to --image-path"],
        ["page-server", "ADDRESS:PORT", "send memory there"],
        ["status-fd", "N", "write a NUL there when --lazy-pages is ready to serve"],
        ["tcp-skip-in-flight", "", "forget connections that are being made"],
        ["link-remap", "", "give open files that were removed a name"],
      ]),
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun checkpoint --image-path web.saved web-1"],
  },
  {
    name: "restore",
    summary: "bring back a container that was saved",
    usage: "[flags] ID",
    about: [
      "From the images of `wrun checkpoint` and a bundle: its limits and bind mounts",
      "count. Standard input and output that were from outside are wrun's own now.",
    ],
    flags: [
      ...criuFlags,
      ...flagGroup("restore", [
        ["-b,bundle", "DIR", "the bundle (default: the working directory)"],
        ["-d,detach", "", "return when it runs"],
        ["pid-file", "FILE", "write the pid of the first process there; its exit is the reader's"],
        ["console-socket", "PATH", "a unix socket that gets the master of the terminal"],
        ["lsm-profile", "TYPE:NAME", "another profile, such as apparmor:web"],
        ["lsm-mount-context", "CONTEXT", "another SELinux context of its mounts"],
        ["no-pivot", "", "for callers of runc: CRIU decides"],
        ["no-subreaper", "", "for callers of runc: wrun never becomes a subreaper"],
      ]),
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun restore --detach --bundle web --image-path web.saved web-1"],
  },
  {
    name: "features",
    summary: "tell what this runtime can do",
    usage: "",
    about: ["Prints the features structure of the runtime-spec as JSON."],
    flags: [help],
    usageExit: 2,
    oci: true,
    examples: ["wrun features"],
  },
  {
    name: "list",
    summary: "list the containers",
    usage: "[--format table|json] [--quiet]",
    about: ["Lists the containers of this user, or of --root."],
    flags: [
      ...flagGroup("flags", [
        ["-f,format", "table|json", "how (default: table)"],
        ["-q,quiet", "", "ids only"],
      ]),
      help,
    ],
    usageExit: 2,
    oci: true,
    examples: ["wrun list", "wrun --root /run/other/wrun list --format json"],
  },
  {
    name: "delete",
    summary: "remove a container and all that is left of it",
    usage: "[--force] ID",
    about: ["Removes the cgroup and the state of a container that does not run."],
    flags: [
      ...flagGroup("flags", [
        ["-f,force", "", "kill it first when it is running; no error when it is gone"],
      ]),
      help,
    ],
    usageExit: 2,
    examples: ["wrun delete --force web-1"],
  },
  {
    name: "help",
    summary: "explain a command, a flag or an error code",
    usage: "[COMMAND [FLAG] | CODE]",
    about: ["Without a word: the list of commands."],
    flags: [help],
    usageExit: 2,
    examples: ["wrun help run", "wrun help run --tmpfs", "wrun help ERR_MOUNT_SOURCE"],
  },
];

/** What stands before the command, as with runc. */
export const globalFlags: readonly Flag[] = [
  ...flagGroup("global", [
    ["root", "DIR", "where the state of containers is kept (WRUN_ROOT)"],
    ["log", "FILE", "add errors to this file"],
    ["log-format", "text|json", "how they are written there"],
    ["debug", "", "add what is run, and how long it took"],
    ["criu", "FILE", "the criu of checkpoint and restore (WRUN_CRIU; without it the one in PATH)"],
    ["systemd-cgroup", "", "let systemd make the cgroups"],
    ["rootless", "auto|true|false", "for callers of runc: wrun looks what it may do"],
    ["-v,version", "", "print the version"],
  ]),
  help,
];

/** undefined for a word that is no command. */
export function findCommand(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}
