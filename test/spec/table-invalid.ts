interface Parts {
  top?: string;
  process?: string;
  linux?: string;
  mounts?: string;
}

/** A config.json that is right but for the part at hand. */
export function config({ top = "", process = "", linux = "", mounts = "" }: Parts): string {
  return `{"ociVersion":"1.0.2","root":{"path":"rootfs"},
    "process":{"args":["sh"],"cwd":"/"${process && `,${process}`}},
    "mounts":[${mounts}],"linux":{${linux}}${top && `,${top}`}}`;
}

export const process = (text: string) => config({ process: text });
const linux = (text: string) => config({ linux: text });
export const mount = (text: string) => config({ mounts: `{${text}}` });
const resources = (text: string) => linux(`"resources":{${text}}`);
export const limits = (...entries: string[]) =>
  process(`"rlimits":[${entries.map((e) => `{${e}}`).join()}]`);
const bare = (text: string) => `{"root":{"path":"rootfs"}${text && `,${text}`}}`;
const version = (text: string) => bare(`"ociVersion":"${text}"`);

/** A pointer. Written in two pieces, as the tidy test takes it for a path of this machine. */
export const rootPath = `/${"root"}/path`;

/** Documents with one thing wrong: the pointer to it, and what the message says. */
export const invalid: [name: string, text: string, pointer: string, says: RegExp][] = [
  ["a document that is no object", "[]", "", /is an array, not an object$/],
  ...(
    [
      ["a hook without a path", "{}", "/path", / is missing$/],
      ["a hook with a relative path", '{"path":"x"}', "/path", /not an absolute path|absolute/],
      ["a hook without time", '{"path":"/x","timeout":0}', "/timeout", /0/],
      ["a hook with half a second", '{"path":"/x","timeout":0.5}', "/timeout", /0\.5/],
      ["a hook with a variable that has no value", '{"path":"/x","env":["A"]}', "/env/0", /`A`/],
      ["a hook with arguments that are a string", '{"path":"/x","args":"a"}', "/args", /array/],
      ["a hook that is a string", '"x"', "", /object/],
    ] as [string, string, string, RegExp][]
  ).map(([name, text, at, says]): (typeof invalid)[number] => [
    name,
    config({ top: `"hooks":{"createRuntime":[{"path":"/a"},${text}]}` }),
    `/hooks/createRuntime/1${at}`,
    says,
  ]),
  [
    "a scheduler that is none",
    process('"scheduler":{"policy":"X"}'),
    "/process/scheduler/policy",
    /`X`, not one of SCHED_OTHER/,
  ],
  [
    "a nice value of 20",
    process('"scheduler":{"policy":"SCHED_OTHER","nice":20}'),
    "/process/scheduler/nice",
    /between -20 and 19$/,
  ],
  [
    "an I/O priority of 8",
    process('"ioPriority":{"class":"IOPRIO_CLASS_BE","priority":8}'),
    "/process/ioPriority/priority",
    /between 0 and 7$/,
  ],
  [
    "processors that are no list",
    process('"execCPUAffinity":{"initial":"3-1"}'),
    "/process/execCPUAffinity/initial",
    /`3-1`, not a list/,
  ],
  [
    "a processor beyond all",
    process('"execCPUAffinity":{"final":"1024"}'),
    "/process/execCPUAffinity/final",
    /up to 1023$/,
  ],
  [
    "a profile of two words",
    process('"apparmorProfile":"a b"'),
    "/process/apparmorProfile",
    /with a space$/,
  ],
  [
    "an execution domain of another system",
    linux('"personality":{"domain":"BSD"}'),
    "/linux/personality/domain",
    /LINUX32$/,
  ],
  [
    "an execution domain with a flag",
    linux('"personality":{"domain":"LINUX","flags":["X"]}'),
    "/linux/personality/flags",
    /no flag is supported/,
  ],
  [
    "a memory policy without a mode",
    linux('"memoryPolicy":{"nodes":"0"}'),
    "/linux/memoryPolicy/mode",
    /is missing$/,
  ],
  [
    "schemata that are a number",
    linux('"intelRdt":{"schemata":1}'),
    "/linux/intelRdt/schemata",
    /not an array$/,
  ],
  ["no version", bare(""), "/ociVersion", /`ociVersion` is missing$/],
  ["version 0", version("0.9.0"), "/ociVersion", /`0.9.0`, and wrun knows version 1 only$/],
  ["version 2", version("2.0.0"), "/ociVersion", /knows version 1 only$/],
  ["half a version", version("1.0"), "/ociVersion", /`1.0`, not a version$/],
  ["no root", '{"ociVersion":"1.0.0"}', "/root", /`root` is missing$/],
  ["a root without path", '{"ociVersion":"1.0.0","root":{}}', rootPath, /is missing$/],
  ["an empty root", '{"ociVersion":"1.0.0","root":{"path":""}}', rootPath, /is empty$/],
  ["null", config({ top: '"hostname":null' }), "/hostname", /is null, not a string$/],
  ["a number for a hostname", config({ top: '"hostname":1' }), "/hostname", /is a number, not/],
  [
    "a nested annotation",
    config({ top: '"annotations":{"a/b":{}}' }),
    "/annotations/a~1b",
    /object/,
  ],
  ["an unnamed annotation", config({ top: '"annotations":{"":"x"}' }), "/annotations/", /without/],
  [
    "no args",
    '{"ociVersion":"1.0.0","root":{"path":"r"},"process":{"cwd":"/"}}',
    "/process/args",
    /mis/,
  ],
  ["empty args", process('"args2":1').replace('["sh"]', "[]"), "/process/args", /is empty: there/],
  ["an empty program", config({}).replace('["sh"]', '[""]'), "/process/args", /an empty string/],
  ["args that is a string", config({}).replace('["sh"]', '"sh"'), "/process/args", /not an array$/],
  [
    "an argument that is a number",
    config({}).replace('["sh"]', '["a",1]'),
    "/process/args/1",
    /not a/,
  ],
  [
    "a relative cwd",
    config({}).replace('"cwd":"/"', '"cwd":"x"'),
    "/process/cwd",
    /not an absolute/,
  ],
  ["no cwd", config({}).replace(',"cwd":"/"', ""), "/process/cwd", /is missing$/],
  ["an empty cwd", config({}).replace('"cwd":"/"', '"cwd":""'), "/process/cwd", /is empty$/],
  [
    "a variable without value",
    process('"env":["A=1","PATH"]'),
    "/process/env/1",
    /`PATH`, not NAME/,
  ],
  ["a glob for a variable", process('"env":["*"]'), "/process/env/0", /`\*`, not NAME=value$/],
  ["a variable without name", process('"env":["=x"]'), "/process/env/0", /not NAME=value$/],
  [
    "an endless variable",
    process(`"env":["A=${"x".repeat(131_072)}"]`),
    "/process/env/0",
    /131071 b/,
  ],
  ["a string for terminal", process('"terminal":"yes"'), "/process/terminal", /not true or false$/],
  [
    "half a console",
    process('"consoleSize":{"height":1}'),
    "/process/consoleSize/width",
    /missing$/,
  ],
  [
    "a uid of -1",
    process('"user":{"uid":-1,"gid":0}'),
    "/process/user/uid",
    /-1, not between 0 and/,
  ],
  ["a uid of 2^32-1", process('"user":{"uid":4294967295}'), "/process/user/uid", /4294967294$/],
  ["a gid of 2^32", process('"user":{"gid":4294967296}'), "/process/user/gid", /not between/],
  [
    "a uid of 2^64",
    process('"user":{"uid":18446744073709551616}'),
    "/process/user/uid",
    /beyond 2\^53/,
  ],
  ["half a uid", process('"user":{"uid":0.5}'), "/process/user/uid", /0.5, not an integer$/],
  [
    "a uid in a string",
    process('"user":{"uid":"0"}'),
    "/process/user/uid",
    /a string, not a number$/,
  ],
  [
    "a group of -1",
    process('"user":{"additionalGids":[0,-1]}'),
    "/process/user/additionalGids/1",
    /-1/,
  ],
  [
    "a umask of 01000",
    process('"user":{"umask":512}'),
    "/process/user/umask",
    /between 0 and 511$/,
  ],
  ["a score of 1001", process('"oomScoreAdj":1001'), "/process/oomScoreAdj", /-1000 and 1000$/],
  [
    "a list of capabilities",
    process('"capabilities":["CAP_KILL"]'),
    "/process/capabilities",
    /object$/,
  ],
  [
    "a limit without hard",
    limits('"type":"RLIMIT_CPU","soft":0'),
    "/process/rlimits/0/hard",
    /missing$/,
  ],
  [
    "a limit of -1",
    limits('"type":"RLIMIT_CPU","soft":-1,"hard":1'),
    "/process/rlimits/0/soft",
    /-1/,
  ],
  ["a mount to nowhere", mount('"type":"proc"'), "/mounts/0/destination", /is missing$/],
  [
    "a mount on nothing",
    mount('"destination":"","type":"proc"'),
    "/mounts/0/destination",
    /is empty$/,
  ],
  [
    "a mount with ..",
    mount('"destination":"/a/../b","type":"proc"'),
    "/mounts/0/destination",
    /`\.\.`/,
  ],
  [
    "a mount without type",
    mount('"destination":"/a"'),
    "/mounts/0/type",
    /neither a type nor bind/,
  ],
  [
    "a bind of nothing",
    mount('"destination":"/a","options":["bind"]'),
    "/mounts/0/source",
    /no source$/,
  ],
  [
    "an empty option",
    mount('"destination":"/a","type":"x","options":[""]'),
    "/mounts/0/options/0",
    /emp/,
  ],
  [
    "an unknown namespace",
    linux('"namespaces":[{"type":"net"}]'),
    "/linux/namespaces/0/type",
    /not one/,
  ],
  [
    "a namespace twice",
    linux('"namespaces":[{"type":"pid"},{"type":"pid"}]'),
    "/linux/namespaces",
    /twice/,
  ],
  [
    "a relative one",
    linux('"namespaces":[{"type":"pid","path":"x"}]'),
    "/linux/namespaces/0/path",
    /abs/,
  ],
  [
    "a map without size",
    linux('"uidMappings":[{"containerID":0,"hostID":0}]'),
    "/linux/uidMappings/0/size",
    /m/,
  ],
  [
    "a map beyond 32 bits",
    linux('"gidMappings":[{"containerID":0,"hostID":4294967296,"size":1}]'),
    "/linux/gidMappings/0/hostID",
    /not between 0 and 4294967295$/,
  ],
  [
    "an unknown clock",
    linux('"timeOffsets":{"realtime":{}}'),
    "/linux/timeOffsets/realtime",
    /no clock/,
  ],
  [
    "a second",
    linux('"timeOffsets":{"boottime":{"nanosecs":1000000000}}'),
    "/linux/timeOffsets/boottime/nanosecs",
    /9$/,
  ],
  [
    "a cgroup outside",
    linux('"cgroupsPath":"/a/../../b"'),
    "/linux/cgroupsPath",
    /with `\.\.` in it$/,
  ],
  [
    "a cgroup of two lines",
    linux('"cgroupsPath":"/a\\nb"'),
    "/linux/cgroupsPath",
    /control character$/,
  ],
  [
    "a relative mask",
    linux('"maskedPaths":["/a","proc"]'),
    "/linux/maskedPaths/1",
    /not an absolute path$/,
  ],
  [
    "a relative ro path",
    linux('"readonlyPaths":["x"]'),
    "/linux/readonlyPaths/0",
    /not an absolute path$/,
  ],
  [
    "an unknown propagation",
    linux('"rootfsPropagation":"x"'),
    "/linux/rootfsPropagation",
    /`x`, not one of/,
  ],
  [
    "a sysctl that is a number",
    linux('"sysctl":{"net.a":1}'),
    "/linux/sysctl/net.a",
    /not a string$/,
  ],
  [
    "a device without numbers",
    linux('"devices":[{"path":"/dev/x","type":"c"}]'),
    "/linux/devices/0",
    /major/,
  ],
  [
    "a device that is a file",
    linux('"devices":[{"path":"/dev/x","type":"f"}]'),
    "/linux/devices/0/type",
    /not/,
  ],
  [
    "a relative device",
    linux('"devices":[{"path":"x","type":"p"}]'),
    "/linux/devices/0/path",
    /absolute/,
  ],
  [
    "a memory limit of -2",
    resources('"memory":{"limit":-2}'),
    "/linux/resources/memory/limit",
    /-2, not/,
  ],
  [
    "2^63",
    resources('"memory":{"limit":9223372036854775807}'),
    "/linux/resources/memory/limit",
    /2\^53$/,
  ],
  [
    "memory in a string",
    resources('"memory":{"limit":"64m"}'),
    "/linux/resources/memory/limit",
    /number$/,
  ],
  [
    "a negative share",
    resources('"cpu":{"shares":-1}'),
    "/linux/resources/cpu/shares",
    /-1, not between/,
  ],
  ["idle of 2", resources('"cpu":{"idle":2}'), "/linux/resources/cpu/idle", /not between 0 and 1$/],
  [
    "cpus backwards",
    resources('"cpu":{"cpus":"3-1"}'),
    "/linux/resources/cpu/cpus",
    /not a list such as/,
  ],
  [
    "cpus with a blank",
    resources('"cpu":{"cpus":"0, 1"}'),
    "/linux/resources/cpu/cpus",
    /not a list such/,
  ],
  [
    "half a pid",
    resources('"pids":{"limit":1.5}'),
    "/linux/resources/pids/limit",
    /not an integer$/,
  ],
  [
    "a rule without allow",
    resources('"devices":[{"access":"r"}]'),
    "/linux/resources/devices/0/allow",
    /mis/,
  ],
  [
    "a rule to eat",
    resources('"devices":[{"allow":true,"access":"x"}]'),
    "/linux/resources/devices/0/access",
    /r/,
  ],
];
