/** Lives of a container, told as command lines, and where a runtime answers otherwise than wrun. */
import type { Edit } from "./bundle.ts";
import type { Runtime } from "./look.ts";

export interface Story {
  name: string;
  edit?: Edit;
  /** `ID` is the container's; `stopped` waits for its end. */
  commands: readonly string[];
  /** Answers that differ, by the number of the command, and why wrun's is what it is. */
  but?: { who: Runtime; at: number; answer: RegExp; why: string }[];
}

const sleeps: Edit = ({ process }) => {
  process.args = ["/bin/sleep", "1000"];
};

const program =
  (...args: string[]): Edit =>
  ({ process }) => {
    process.args = args;
  };

const hook =
  (kind: "createRuntime" | "startContainer" | "poststart" | "poststop"): Edit =>
  (spec) => {
    spec.process.args = ["/bin/sleep", "1000"];
    spec.hooks = { [kind]: [{ path: "/bin/false" }] };
  };

const destroyed =
  "runtime.md#lifecycle, 7 and 9: the container is destroyed; with the others it stays until delete";

export const stories: readonly Story[] = [
  {
    name: "a whole life",
    edit: sleeps,
    commands: ["create ID", "start ID", "kill ID KILL", "stopped", "delete ID", "start ID"],
  },
  {
    name: "an id that is none",
    edit: sleeps,
    commands: ["start ID", "kill ID", "delete ID", "delete --force ID"],
  },
  { name: "an id twice", edit: sleeps, commands: ["create ID", "create ID", "delete ID"] },
  {
    name: "what a running container refuses",
    edit: sleeps,
    commands: ["create ID", "start ID", "start ID", "delete ID", "create ID", "delete --force ID"],
  },
  {
    name: "what a stopped container refuses",
    edit: sleeps,
    commands: [
      ...["create ID", "start ID", "kill ID 9", "stopped", "start ID", "kill ID TERM"],
      ...["kill --all ID KILL", "delete ID", "delete ID"],
    ],
  },
  {
    name: "a container that was not started is deleted",
    edit: sleeps,
    commands: ["create ID", "delete ID", "delete ID"],
  },
  {
    name: "a container that was not started is killed",
    edit: sleeps,
    commands: ["create ID", "kill ID KILL", "stopped", "start ID", "delete ID"],
  },
  {
    name: "signals by name and number",
    edit: sleeps,
    commands: [
      ...["create ID", "start ID", "kill ID SIGCONT", "kill ID cont", "kill ID 18"],
      ...["kill ID NONE", "delete --force ID"],
    ],
    but: [
      {
        who: "crun",
        at: 5,
        answer: /^ok running$/,
        why: "it sends signal 0 for a name that is none",
      },
    ],
  },
  {
    name: "detached from the start",
    edit: sleeps,
    commands: ["run --detach ID", "start ID", "kill ID KILL", "stopped", "delete ID"],
  },
  {
    name: "a program that ends by itself",
    edit: program("/bin/true"),
    commands: ["create ID", "start ID", "stopped", "kill ID KILL", "delete ID"],
  },
  {
    name: "a program that is not there",
    edit: program("/no/such"),
    commands: ["create ID", "delete ID"],
  },
  {
    name: "a program that cannot be executed",
    edit: program("/etc"),
    commands: ["create ID", "start ID", "delete ID"],
  },
  {
    name: "a terminal, and nobody to take it",
    edit: ({ process }) => {
      process.terminal = true;
      process.args = ["/bin/true"];
    },
    commands: ["create ID", "run --detach ID", "delete ID"],
  },
  {
    name: "a hook of create fails",
    edit: hook("createRuntime"),
    commands: ["create ID", "delete ID"],
  },
  {
    name: "a hook of start fails",
    edit: hook("startContainer"),
    commands: ["create ID", "start ID", "delete ID"],
    but: (["crun", "runc"] as const).flatMap((who) => [
      {
        who,
        at: 1,
        answer: /^ok(, with words)? (stopped|running)$/,
        why: `they do not wait for it; ${destroyed}`,
      },
      { who, at: 2, answer: /^(ok(, with words)? none|fails running)$/, why: destroyed },
    ]),
  },
  {
    name: "a hook after start fails",
    edit: hook("poststart"),
    commands: ["create ID", "start ID", "delete --force ID"],
    but: [
      { who: "crun", at: 1, answer: /^(ok|fails) running$/, why: destroyed },
      { who: "runc", at: 0, answer: /^fails none$/, why: "before 1.5 it ran these in create" },
    ],
  },
  {
    name: "a hook after delete fails",
    edit: hook("poststop"),
    commands: ["create ID", "delete ID", "delete ID"],
    but: [
      {
        who: "crun",
        at: 1,
        answer: /^ok none$/,
        why: "runtime.md#lifecycle 13: a poststop hook that fails MUST be logged as a warning",
      },
    ],
  },
];
