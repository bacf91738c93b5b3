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
    const [, short, name = "", many] = /^(?:-(\w),)?([a-z-]+)(\*?)$/.exec(spelling) ?? [];
    const kind = value === "" ? "switch" : many ? "list" : "value";
    return { name, ...(short && { short }), kind, value, group, about };
  });
}

const launchFlags: Flag[] = [
  ...flagGroup("root", [
    [
      "bundle",
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

const brief: Flag = {
  name: "brief",
  kind: "switch",
  value: "",
  group: "other",
  about: "print what the steps are for, and not the steps",
};

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
      "Runs a command in a new container and removes the container after it. Without a",
      "command: that of the bundle, or `sh`.",
    ],
    flags: [...launchFlags, statusFd, help],
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
    flags: [...launchFlags, facts, brief, json, help],
    usageExit: 2,
    examples: [
      "wrun plan --brief --memory 64m -- sh",
      "wrun plan --json -- sh | jq .decisions.namespaces",
    ],
  },
  {
    name: "compare",
    summary: "say where another runtime would limit a container differently",
    usage: "--as runc|crun|youki [flags of run]",
    about: [
      "Compares what wrun and the other runtime write to cgroup v2 for the same",
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
    name: "delete",
    summary: "remove a container and all that is left of it",
    usage: "[--force] ID",
    about: ["Removes the cgroup, mounts and state of a container that has stopped."],
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

/** undefined for a word that is no command. */
export function findCommand(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}
