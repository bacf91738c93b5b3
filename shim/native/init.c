/*
 * init: runs a program, a list of system calls, and is then replaced by the user's process.
 *
 * Freestanding: no libc, no allocation, one thread (setns and unshare of a user namespace want that), nothing parsed
 * but the program. shim/program/encode.ts writes what is read here; the two layouts must agree.
 *
 * fd 3 is the program, a sealed memfd; a second one, which the program names, is a socket: reports of 16 bytes go out,
 * { u32 kind = 1, u32 step, i64 -errno } on failure, and single bytes come in that let a waiting program go on.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long i64;

enum { PROGRAM_FD = 3 };
enum { CALL, JUMP, STORE, LOAD, FAIL };
enum { IMMEDIATE, POINTER, SLOT };
enum { ALWAYS, EQUAL, DIFFERENT };
enum { ANY = 0xffff };                     /* errno of a handler: every one not named */
enum { EXIT_FAILED = 125, EXIT_BAD_PROGRAM = 124 };

struct handler { u16 error, next; };       /* on this errno go on at step `next`; error 0: unused */
struct step {
  u16 op, number;                          /* number: system call, or the condition of a jump */
  u16 kinds;                               /* two bits for each argument */
  u16 save;                                /* slot for the result + 1, 0: dropped */
  struct handler on[4];
  u64 args[6];
};
struct header { u32 magic, steps, data, pointers, size, report; };   /* offsets in bytes from the start; a descriptor */
struct pointer { u32 at, to; };

static u8 program[1 << 20] __attribute__((aligned(16)));
static i64 slots[1024];

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, PREAD64 = 17, EXIT_GROUP = 231 };
static inline i64 syscall(i64 n, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  register i64 r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  i64 result;
  __asm__ volatile("syscall" : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { READ = 63, WRITE = 64, PREAD64 = 67, EXIT_GROUP = 94 };
static inline i64 syscall(i64 n, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  register i64 x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
      x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#endif

static void __attribute__((noreturn)) leave(i64 status) {
  for (;;) syscall(EXIT_GROUP, status, 0, 0, 0, 0, 0);
}

static void __attribute__((noreturn)) fail(i64 socket, u32 step, i64 error) {
  struct { u32 kind, step; i64 error; } report = {1, step, error};
  syscall(WRITE, socket, (i64)&report, sizeof report, 0, 0, 0);
  /* Stay until the host has looked at /proc/PID/root, or is gone. What lets a later step go on may have come already. */
  while (syscall(READ, socket, (i64)&report, 1, 0, 0, 0) > 0) {}
  leave(EXIT_FAILED);
}

static struct header *load(void) {
  u64 have = 0;
  for (i64 got = 1; got > 0 && have < sizeof program; have += got) {
    got = syscall(PREAD64, PROGRAM_FD, (i64)(program + have), sizeof program - have, have, 0, 0);
    if (got < 0) leave(EXIT_BAD_PROGRAM);
  }
  struct header *head = (struct header *)program;
  if (have < sizeof *head || head->magic != 0x316e7277 || head->size != have) leave(EXIT_BAD_PROGRAM);
  struct pointer *p = (struct pointer *)(program + head->pointers), *end = (struct pointer *)(program + head->size);
  for (; p < end; p++) *(u64 *)(program + head->data + p->at) = (u64)(program + head->data + p->to);
  return head;
}

/* Where a system call that failed goes on: a step, or -1 when nothing was said about this errno. */
static int handled(const struct step *s, i64 error) {
  for (int i = 0; i < 4; i++)
    if (s->on[i].error == error || s->on[i].error == ANY) return s->on[i].next;
  return -1;
}

void __attribute__((noreturn)) _start(void) {
  struct header *head = load();
  struct step *steps = (struct step *)(program + sizeof *head);
  u8 *data = program + head->data;
  for (u32 at = 0; at < head->steps; at++) {
    struct step *s = steps + at;
    i64 a[6];
    for (int i = 0; i < 6; i++) {
      u32 kind = s->kinds >> (2 * i) & 3;
      a[i] = kind == POINTER ? (i64)(data + s->args[i]) : kind == SLOT ? slots[s->args[i] & 1023] : (i64)s->args[i];
    }
    if (s->op == CALL) {
      i64 result = syscall(s->number, a[0], a[1], a[2], a[3], a[4], a[5]);
      if (result < 0 && result > -4096) {
        int next = handled(s, -result);
        if (next < 0) fail(head->report, at, result);
        at = next - 1;
      } else if (s->save) {
        slots[(s->save - 1) & 1023] = result;
      }
    } else if (s->op == JUMP) {
      if (s->number == ALWAYS || (s->number == EQUAL) == (a[0] == a[1])) at = a[2] - 1;
    } else if (s->op == STORE) {
      if (a[2] == 8) *(i64 *)a[1] = a[0];
      else *(u32 *)a[1] = a[0];
    } else if (s->op == LOAD) {
      slots[(s->save - 1) & 1023] = a[2] == 8 ? *(i64 *)a[1] : a[2] == 4 ? *(u32 *)a[1] : *(u8 *)a[1];
    } else {
      fail(head->report, at, -a[0]);
    }
  }
  leave(0);
}
