/**
 * The floor: the same system calls as a launch by wrun, as a bare loop in C. Made from the program itself, so that it
 * is the same list whatever wrun comes to do.
 */
import { dirname } from "node:path";
import { errnoNumber } from "../../shim/errno.ts";
import type { OnErrno, Program, Step, Value } from "../../shim/program/program.ts";
import type { Arch } from "../../shim/program/syscalls.ts";
import { syscallNumber } from "../../shim/program/syscalls.ts";

/** One cgroup: its directory, and what is written in it. */
export interface FloorCgroup {
  path: string;
  writes: { file: string; value: string }[];
}

const head = `#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long slot[1024];
static void die(int step) { dprintf(2, "floor: step %d: %s\\n", step, strerror(errno)); _exit(125); }
/* Out of the way of the numbers that the steps use. */
static int above(int fd) {
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, 200);
  close(fd);
  return moved;
}
static void put(const char *file, const char *value) {
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, value, strlen(value)) < 0) { perror(file); exit(1); }
  close(fd);
}
`;

const loop = `
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static void once(void) {
  int pair[2], status, procs[64], count = 0;
  char report[16], go = 1;
  long pid = 0;
  make(procs, &count);
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
  pair[0] = above(pair[0]);
  pair[1] = above(pair[1]);
  pid_t first = fork();
  if (first == 0) {
    dup2(pair[1], 4);
    for (int i = 0; i < count; i++) dup2(procs[i], 6 + i);
    steps();
  }
  close(pair[1]);
  for (int i = 0; i < count; i++) close(procs[i]);
  while (read(pair[0], report, sizeof report) == sizeof report) {
    memcpy(&pid, report + 8, sizeof pid);
    if (write(pair[0], &go, 1) != 1) exit(1);
  }
  close(pair[0]);
  waitpid(first, &status, 0);
  waitpid(pid, &status, __WALL);
  if (status != 0) { fprintf(stderr, "floor: status %x\\n", status); exit(1); }
  drop();
}
int main(int argc, char **argv) {
  for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 0; i--) {
    double start = now();
    once();
    printf("%.4f\\n", now() - start);
  }
}
`;

/** The C source of the loop. Descriptors 6 and up are the cgroup.procs files, 4 is the socket, as in init. */
export function floorSource(program: Program, arch: Arch, cgroups: FloorCgroup[]): string {
  const bytes = Array.from(program.data).join(",");
  const relocate = program.pointers.map(
    ({ at, to }) => `  *(char **)(data + ${at}) = (char *)data + ${to};`,
  );
  const body = program.steps.map((step, i) => `S${i}: ${statement(step, i, arch)}`);
  return [
    head,
    `static unsigned char data[] __attribute__((aligned(16))) = {${bytes}};`,
    `static void steps(void) {\n  long r;\n${relocate.join("\n")}\n${body.join("\n")}\n  _exit(0);\n}`,
    cgroupFunctions(cgroups),
    loop,
  ].join("\n");
}

function statement(step: Step, index: number, arch: Arch): string {
  switch (step.kind) {
    case "call": {
      const args = step.args.map(expression).join(", ");
      const save = step.save ? ` slot[${step.save.slot}] = r;` : "";
      const failed = `{ ${handlers(step.on ?? {}, index)} die(${index}); }`;
      const call = `r = syscall(${syscallNumber(arch, step.call)}${args ? `, ${args}` : ""});`;
      return `${call} if (r < 0) ${failed}${save}`;
    }
    case "jump": {
      const condition = step.slot ? `if (slot[${step.slot.slot}] ${step.is} ${step.value}) ` : "";
      return `${condition}goto S${step.to.index};`;
    }
    case "store":
      return `*(${step.bytes === 8 ? "long" : "int"} *)(data + ${step.place.at}) = slot[${step.slot.slot}];`;
    case "load":
      return `slot[${step.slot.slot}] = *(${{ 1: "unsigned char", 4: "unsigned", 8: "long" }[step.bytes]} *)(data + ${step.place.at});`;
    case "fail":
      return `errno = ${errnoNumber(step.errno)}; die(${index});`;
  }
}

function handlers(on: OnErrno, index: number): string {
  return Object.entries(on)
    .map(([errno, then]) => {
      const test = errno === "any" ? "" : `if (errno == ${errnoNumber(errno)}) `;
      return `${test}goto S${then === "ignore" || then === undefined ? index + 1 : then.index};`;
    })
    .join(" ");
}

function expression(value: Value): string {
  if (typeof value !== "object") return `${BigInt.asIntN(64, BigInt(value))}L`;
  return "at" in value ? `data + ${value.at}` : `slot[${value.slot}]`;
}

function cgroupFunctions(cgroups: FloorCgroup[]): string {
  const make = cgroups.flatMap(({ path, writes }, i) => [
    `  mkdir("${dirname(path)}", 0755);`,
    `  mkdir("${path}", 0755);`,
    ...writes.map(({ file, value }) => `  put("${path}/${file}", "${value}");`),
    `  procs[${i}] = above(open("${path}/cgroup.procs", O_WRONLY | O_CLOEXEC)); *count = ${i + 1};`,
  ]);
  const drop = cgroups.map(
    ({ path }) =>
      `  while (rmdir("${path}") && errno == EBUSY) usleep(100); rmdir("${dirname(path)}");`,
  );
  return `static void make(int *procs, int *count) {\n${make.join("\n")}\n}\nstatic void drop(void) {\n${drop.join("\n")}\n}`;
}
