// Every system call that a filter can name, in order of name.
//
// Numbers and types of arguments are those of the kernel's headers (asm/unistd_64.h, unistd_32.h, asm-generic/unistd.h,
// unistd-eabi.h of arm, linux/syscalls.h); 451 to 469 are in every table of Linux 6.18.

/** For a call that the architecture does not have. */
export const NONE: u16 = 0xffff;

/** What the default profile does with a call, where it is not the number of the capability that it takes. */
export const ALWAYS: u16 = 64;
export const NEVER: u16 = 65;
/** Depends on its arguments, or on more than one capability: default.ts. */
export const SPECIAL: u16 = 66;

// linux/capability.h
const DAC_READ_SEARCH: u16 = 2;
const SYS_MODULE: u16 = 16;
const SYS_RAWIO: u16 = 17;
const SYS_CHROOT: u16 = 18;
const SYS_PTRACE: u16 = 19;
const SYS_PACCT: u16 = 20;
const SYS_ADMIN: u16 = 21;
const SYS_BOOT: u16 = 22;
const SYS_NICE: u16 = 23;
const SYS_TIME: u16 = 25;
const SYS_TTY_CONFIG: u16 = 26;

/** With a space between. */
export const NAMES: string =
  "_llseek _newselect _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl " +
  "arm_fadvise64_64 arm_sync_file_range bdflush bind bpf break breakpoint brk cacheflush cachestat " +
  "capget capset chdir chmod chown chown32 chroot clock_adjtime clock_adjtime64 clock_getres " +
  "clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 " +
  "clock_settime clock_settime64 clone clone3 close close_range connect copy_file_range creat " +
  "create_module delete_module dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old " +
  "epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group " +
  "faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_init fanotify_mark fchdir fchmod " +
  "fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr file_getattr " +
  "file_setattr finit_module flistxattr flock fork fremovexattr fsconfig fsetxattr fsmount fsopen " +
  "fspick fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftime ftruncate ftruncate64 futex " +
  "futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_kernel_syms get_mempolicy " +
  "get_robust_list get_thread_area get_tls getcpu getcwd getdents getdents64 getegid getegid32 geteuid " +
  "geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getpmsg " +
  "getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid " +
  "getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr getxattrat gtty idle init_module " +
  "inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents " +
  "io_pgetevents io_pgetevents_time64 io_setup io_submit io_uring_enter io_uring_register " +
  "io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set ipc kcmp kexec_file_load kexec_load keyctl " +
  "kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link " +
  "linkat listen listmount listxattr listxattrat llistxattr lock lookup_dcookie lremovexattr lseek " +
  "lsetxattr lsm_get_self_attr lsm_list_modules lsm_set_self_attr lstat lstat64 madvise " +
  "map_shadow_stack mbind membarrier memfd_create memfd_secret migrate_pages mincore mkdir mkdirat " +
  "mknod mknodat mlock mlock2 mlockall mmap mmap2 modify_ldt mount mount_setattr move_mount move_pages " +
  "mprotect mpx mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend " +
  "mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall " +
  "munmap name_to_handle_at nanosleep newfstatat nfsservctl nice oldfstat oldlstat oldolduname oldstat " +
  "olduname open open_by_handle_at open_tree open_tree_attr openat openat2 pause pciconfig_iobase " +
  "pciconfig_read pciconfig_write perf_event_open personality pidfd_getfd pidfd_open pidfd_send_signal " +
  "pipe pipe2 pivot_root pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 " +
  "preadv preadv2 prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev prof " +
  "profil pselect6 pselect6_time64 ptrace putpmsg pwrite64 pwritev pwritev2 query_module quotactl " +
  "quotactl_fd read readahead readdir readlink readlinkat readv reboot recv recvfrom recvmmsg " +
  "recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat renameat2 " +
  "request_key restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo " +
  "rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo " +
  "sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam " +
  "sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity " +
  "sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select semctl semget " +
  "semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_mempolicy " +
  "set_mempolicy_home_node set_robust_list set_thread_area set_tid_address set_tls setdomainname " +
  "setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 sethostname setitimer " +
  "setns setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid " +
  "setreuid32 setrlimit setsid setsockopt settimeofday setuid setuid32 setxattr setxattrat sgetmask " +
  "shmat shmctl shmdt shmget shutdown sigaction sigaltstack signal signalfd signalfd4 sigpending " +
  "sigprocmask sigreturn sigsuspend socket socketcall socketpair splice ssetmask stat stat64 statfs " +
  "statfs64 statmount statx stime stty swapoff swapon symlink symlinkat sync sync_file_range " +
  "syncfs sysfs sysinfo syslog tee tgkill time timer_create timer_delete " +
  "timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create " +
  "timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate truncate64 " +
  "tuxcall ugetrlimit ulimit umask umount umount2 uname unlink unlinkat unshare uprobe uretprobe uselib " +
  "userfaultfd usr26 usr32 ustat utime utimensat utimensat_time64 utimes vfork vhangup vm86 vm86old " +
  "vmsplice vserver wait4 waitid waitpid write writev";

/**
 * A row for each name: its numbers on x86_64, i386, arm64 and arm (0xf000 stands for arm's private 0xf0000), the widths
 * of its arguments (two bits each: 0 is 64 bits, 1 is 32, 2 is 16), and what the default profile does.
 */
export const COLUMNS: i32 = 6;
// biome-ignore format: a row is a call
export const CALLS: StaticArray<u16> = [
  NONE, 140, NONE, 140, 0x101, ALWAYS, // _llseek
  NONE, 142, NONE, 142, 0x1, ALWAYS, // _newselect
  156, 149, NONE, 149, 0x0, NEVER, // _sysctl
  43, NONE, 202, 285, 0x1, ALWAYS, // accept
  288, 364, 242, 366, 0x41, ALWAYS, // accept4
  21, 33, NONE, 33, 0x4, ALWAYS, // access
  163, 51, 89, 51, 0x0, SYS_PACCT, // acct
  248, 286, 217, 309, 0x100, NEVER, // add_key
  159, 124, 171, 124, 0x0, ALWAYS, // adjtimex
  183, 137, NONE, NONE, 0x0, NEVER, // afs_syscall
  37, 27, NONE, NONE, 0x1, ALWAYS, // alarm
  158, 384, NONE, NONE, 0x1, ALWAYS, // arch_prctl
  NONE, NONE, NONE, 270, 0x5, ALWAYS, // arm_fadvise64_64
  NONE, NONE, NONE, 341, 0x5, ALWAYS, // arm_sync_file_range
  NONE, 134, NONE, 134, 0x0, NEVER, // bdflush
  49, 361, 200, 282, 0x11, ALWAYS, // bind
  321, 357, 280, 386, 0x11, SPECIAL, // bpf
  NONE, 17, NONE, NONE, 0x0, NEVER, // break
  NONE, NONE, NONE, 61441, 0x0, ALWAYS, // breakpoint
  12, 45, 214, 45, 0x0, ALWAYS, // brk
  NONE, NONE, NONE, 61442, 0x0, ALWAYS, // cacheflush
  451, 451, 451, 451, 0x41, ALWAYS, // cachestat
  125, 184, 90, 184, 0x0, ALWAYS, // capget
  126, 185, 91, 185, 0x0, ALWAYS, // capset
  80, 12, 49, 12, 0x0, ALWAYS, // chdir
  90, 15, NONE, 15, 0x8, ALWAYS, // chmod
  92, 182, NONE, 182, 0x14, ALWAYS, // chown
  NONE, 212, NONE, 212, 0x0, ALWAYS, // chown32
  161, 61, 51, 61, 0x0, SYS_CHROOT, // chroot
  305, 343, 266, 372, 0x1, ALWAYS, // clock_adjtime
  NONE, 405, NONE, 405, 0x1, ALWAYS, // clock_adjtime64
  229, 266, 114, 264, 0x1, ALWAYS, // clock_getres
  NONE, 406, NONE, 406, 0x1, ALWAYS, // clock_getres_time64
  228, 265, 113, 263, 0x1, ALWAYS, // clock_gettime
  NONE, 403, NONE, 403, 0x1, ALWAYS, // clock_gettime64
  230, 267, 115, 265, 0x5, ALWAYS, // clock_nanosleep
  NONE, 407, NONE, 407, 0x5, ALWAYS, // clock_nanosleep_time64
  227, 264, 112, 262, 0x1, SYS_TIME, // clock_settime
  NONE, 404, NONE, 404, 0x1, SYS_TIME, // clock_settime64
  56, 120, 220, 120, 0x1, SPECIAL, // clone
  435, 435, 435, 435, 0x0, SPECIAL, // clone3
  3, 6, 57, 6, 0x1, ALWAYS, // close
  436, 436, 436, 436, 0x15, ALWAYS, // close_range
  42, 362, 203, 283, 0x11, ALWAYS, // connect
  326, 377, 285, 391, 0x411, ALWAYS, // copy_file_range
  85, 8, NONE, 8, 0x8, ALWAYS, // creat
  174, 127, NONE, NONE, 0x0, NEVER, // create_module
  176, 129, 106, 129, 0x4, SYS_MODULE, // delete_module
  32, 41, 23, 41, 0x1, ALWAYS, // dup
  33, 63, NONE, 63, 0x5, ALWAYS, // dup2
  292, 330, 24, 358, 0x15, ALWAYS, // dup3
  213, 254, NONE, 250, 0x1, ALWAYS, // epoll_create
  291, 329, 20, 357, 0x1, ALWAYS, // epoll_create1
  233, 255, 21, 251, 0x15, ALWAYS, // epoll_ctl
  214, NONE, NONE, NONE, 0x0, NEVER, // epoll_ctl_old
  281, 319, 22, 346, 0x51, ALWAYS, // epoll_pwait
  441, 441, 441, 441, 0x11, ALWAYS, // epoll_pwait2
  232, 256, NONE, 252, 0x51, ALWAYS, // epoll_wait
  215, NONE, NONE, NONE, 0x0, NEVER, // epoll_wait_old
  284, 323, NONE, 351, 0x1, ALWAYS, // eventfd
  290, 328, 19, 356, 0x5, ALWAYS, // eventfd2
  59, 11, 221, 11, 0x0, ALWAYS, // execve
  322, 358, 281, 387, 0x101, ALWAYS, // execveat
  60, 1, 93, 1, 0x1, ALWAYS, // exit
  231, 252, 94, 248, 0x1, ALWAYS, // exit_group
  269, 307, 48, 334, 0x11, ALWAYS, // faccessat
  439, 439, 439, 439, 0x51, ALWAYS, // faccessat2
  221, 250, 223, NONE, 0x41, ALWAYS, // fadvise64
  NONE, 272, NONE, NONE, 0x41, ALWAYS, // fadvise64_64
  285, 324, 47, 352, 0x5, ALWAYS, // fallocate
  300, 338, 262, 367, 0x5, SYS_ADMIN, // fanotify_init
  301, 339, 263, 368, 0x45, ALWAYS, // fanotify_mark
  81, 133, 50, 133, 0x1, ALWAYS, // fchdir
  91, 94, 52, 94, 0x9, ALWAYS, // fchmod
  268, 306, 53, 333, 0x21, ALWAYS, // fchmodat
  452, 452, 452, 452, 0x61, ALWAYS, // fchmodat2
  93, 95, 55, 95, 0x15, ALWAYS, // fchown
  NONE, 207, NONE, 207, 0x0, ALWAYS, // fchown32
  260, 298, 54, 325, 0x151, ALWAYS, // fchownat
  72, 55, 25, 55, 0x5, ALWAYS, // fcntl
  NONE, 221, NONE, 221, 0x5, ALWAYS, // fcntl64
  75, 148, 83, 148, 0x1, ALWAYS, // fdatasync
  193, 231, 10, 231, 0x1, ALWAYS, // fgetxattr
  468, 468, 468, 468, 0x101, ALWAYS, // file_getattr
  469, 469, 469, 469, 0x101, ALWAYS, // file_setattr
  313, 350, 273, 379, 0x11, SYS_MODULE, // finit_module
  196, 234, 13, 234, 0x1, ALWAYS, // flistxattr
  73, 143, 32, 143, 0x5, ALWAYS, // flock
  57, 2, NONE, 2, 0x0, ALWAYS, // fork
  199, 237, 16, 237, 0x1, ALWAYS, // fremovexattr
  431, 431, 431, 431, 0x105, SYS_ADMIN, // fsconfig
  190, 228, 7, 228, 0x101, ALWAYS, // fsetxattr
  432, 432, 432, 432, 0x15, SYS_ADMIN, // fsmount
  430, 430, 430, 430, 0x4, SYS_ADMIN, // fsopen
  433, 433, 433, 433, 0x11, SYS_ADMIN, // fspick
  5, 108, 80, 108, 0x1, ALWAYS, // fstat
  NONE, 197, NONE, 197, 0x1, ALWAYS, // fstat64
  NONE, 300, NONE, 327, 0x41, ALWAYS, // fstatat64
  138, 100, 44, 100, 0x1, ALWAYS, // fstatfs
  NONE, 269, NONE, 267, 0x1, ALWAYS, // fstatfs64
  74, 118, 82, 118, 0x1, ALWAYS, // fsync
  NONE, 35, NONE, NONE, 0x0, NEVER, // ftime
  77, 93, 46, 93, 0x1, ALWAYS, // ftruncate
  NONE, 194, NONE, 194, 0x1, ALWAYS, // ftruncate64
  202, 240, 98, 240, 0x414, ALWAYS, // futex
  456, 456, 456, 456, 0x54, ALWAYS, // futex_requeue
  NONE, 422, NONE, 422, 0x414, ALWAYS, // futex_time64
  455, 455, 455, 455, 0x440, ALWAYS, // futex_wait
  449, 449, 449, 449, 0x114, ALWAYS, // futex_waitv
  454, 454, 454, 454, 0x50, ALWAYS, // futex_wake
  261, 299, NONE, 326, 0x1, ALWAYS, // futimesat
  177, 130, NONE, NONE, 0x0, NEVER, // get_kernel_syms
  239, 275, 236, 320, 0x0, SYS_NICE, // get_mempolicy
  274, 312, 100, 339, 0x1, ALWAYS, // get_robust_list
  211, 244, NONE, NONE, 0x0, ALWAYS, // get_thread_area
  NONE, NONE, NONE, 61446, 0x0, ALWAYS, // get_tls
  309, 318, 168, 345, 0x0, ALWAYS, // getcpu
  79, 183, 17, 183, 0x0, ALWAYS, // getcwd
  78, 141, NONE, 141, 0x11, ALWAYS, // getdents
  217, 220, 61, 217, 0x11, ALWAYS, // getdents64
  108, 50, 177, 50, 0x0, ALWAYS, // getegid
  NONE, 202, NONE, 202, 0x0, ALWAYS, // getegid32
  107, 49, 175, 49, 0x0, ALWAYS, // geteuid
  NONE, 201, NONE, 201, 0x0, ALWAYS, // geteuid32
  104, 47, 176, 47, 0x0, ALWAYS, // getgid
  NONE, 200, NONE, 200, 0x0, ALWAYS, // getgid32
  115, 80, 158, 80, 0x1, ALWAYS, // getgroups
  NONE, 205, NONE, 205, 0x0, ALWAYS, // getgroups32
  36, 105, 102, 105, 0x1, ALWAYS, // getitimer
  52, 368, 205, 287, 0x1, ALWAYS, // getpeername
  121, 132, 155, 132, 0x1, ALWAYS, // getpgid
  111, 65, NONE, 65, 0x0, ALWAYS, // getpgrp
  39, 20, 172, 20, 0x0, ALWAYS, // getpid
  181, 188, NONE, NONE, 0x0, NEVER, // getpmsg
  110, 64, 173, 64, 0x0, ALWAYS, // getppid
  140, 96, 141, 96, 0x5, ALWAYS, // getpriority
  318, 355, 278, 384, 0x10, ALWAYS, // getrandom
  120, 171, 150, 171, 0x0, ALWAYS, // getresgid
  NONE, 211, NONE, 211, 0x0, ALWAYS, // getresgid32
  118, 165, 148, 165, 0x0, ALWAYS, // getresuid
  NONE, 209, NONE, 209, 0x0, ALWAYS, // getresuid32
  97, 76, 163, NONE, 0x1, ALWAYS, // getrlimit
  98, 77, 165, 77, 0x1, ALWAYS, // getrusage
  124, 147, 156, 147, 0x1, ALWAYS, // getsid
  51, 367, 204, 286, 0x1, ALWAYS, // getsockname
  55, 365, 209, 295, 0x15, ALWAYS, // getsockopt
  186, 224, 178, 224, 0x0, ALWAYS, // gettid
  96, 78, 169, 78, 0x0, ALWAYS, // gettimeofday
  102, 24, 174, 24, 0x0, ALWAYS, // getuid
  NONE, 199, NONE, 199, 0x0, ALWAYS, // getuid32
  191, 229, 8, 229, 0x0, ALWAYS, // getxattr
  464, 464, 464, 464, 0x11, ALWAYS, // getxattrat
  NONE, 32, NONE, NONE, 0x0, NEVER, // gtty
  NONE, 112, NONE, NONE, 0x0, NEVER, // idle
  175, 128, 105, 128, 0x0, SYS_MODULE, // init_module
  254, 292, 27, 317, 0x11, ALWAYS, // inotify_add_watch
  253, 291, NONE, 316, 0x0, ALWAYS, // inotify_init
  294, 332, 26, 360, 0x1, ALWAYS, // inotify_init1
  255, 293, 28, 318, 0x5, ALWAYS, // inotify_rm_watch
  210, 249, 3, 247, 0x0, ALWAYS, // io_cancel
  207, 246, 1, 244, 0x0, ALWAYS, // io_destroy
  208, 247, 4, 245, 0x0, ALWAYS, // io_getevents
  333, 385, 292, 399, 0x0, ALWAYS, // io_pgetevents
  NONE, 416, NONE, 416, 0x0, ALWAYS, // io_pgetevents_time64
  206, 245, 0, 243, 0x1, ALWAYS, // io_setup
  209, 248, 2, 246, 0x0, ALWAYS, // io_submit
  426, 426, 426, 426, 0x55, NEVER, // io_uring_enter
  427, 427, 427, 427, 0x45, NEVER, // io_uring_register
  425, 425, 425, 425, 0x1, NEVER, // io_uring_setup
  16, 54, 29, 54, 0x5, SPECIAL, // ioctl
  173, 101, NONE, NONE, 0x10, SYS_RAWIO, // ioperm
  172, 110, NONE, NONE, 0x1, SYS_RAWIO, // iopl
  252, 290, 31, 315, 0x5, ALWAYS, // ioprio_get
  251, 289, 30, 314, 0x15, ALWAYS, // ioprio_set
  NONE, 117, NONE, NONE, 0x5, ALWAYS, // ipc
  312, 349, 272, 378, 0x15, SYS_PTRACE, // kcmp
  320, NONE, 294, 401, 0x5, NEVER, // kexec_file_load
  246, 283, 104, 347, 0x0, NEVER, // kexec_load
  250, 288, 219, 311, 0x1, NEVER, // keyctl
  62, 37, 129, 37, 0x5, ALWAYS, // kill
  445, 445, 445, 445, 0x45, ALWAYS, // landlock_add_rule
  444, 444, 444, 444, 0x10, ALWAYS, // landlock_create_ruleset
  446, 446, 446, 446, 0x5, ALWAYS, // landlock_restrict_self
  94, 16, NONE, 16, 0x14, ALWAYS, // lchown
  NONE, 198, NONE, 198, 0x0, ALWAYS, // lchown32
  192, 230, 9, 230, 0x0, ALWAYS, // lgetxattr
  86, 9, NONE, 9, 0x0, ALWAYS, // link
  265, 303, 37, 330, 0x111, ALWAYS, // linkat
  50, 363, 201, 284, 0x5, ALWAYS, // listen
  458, 458, 458, 458, 0x40, ALWAYS, // listmount
  194, 232, 11, 232, 0x0, ALWAYS, // listxattr
  465, 465, 465, 465, 0x11, ALWAYS, // listxattrat
  195, 233, 12, 233, 0x0, ALWAYS, // llistxattr
  NONE, 53, NONE, NONE, 0x0, NEVER, // lock
  212, 253, 18, 249, 0x0, SYS_ADMIN, // lookup_dcookie
  198, 236, 15, 236, 0x0, ALWAYS, // lremovexattr
  8, 19, 62, 19, 0x11, ALWAYS, // lseek
  189, 227, 6, 227, 0x100, ALWAYS, // lsetxattr
  459, 459, 459, 459, 0x41, SYS_ADMIN, // lsm_get_self_attr
  461, 461, 461, 461, 0x10, SYS_ADMIN, // lsm_list_modules
  460, 460, 460, 460, 0x51, SYS_ADMIN, // lsm_set_self_attr
  6, 107, NONE, 107, 0x0, ALWAYS, // lstat
  NONE, 196, NONE, 196, 0x0, ALWAYS, // lstat64
  28, 219, 233, 220, 0x10, ALWAYS, // madvise
  453, 453, 453, 453, 0x10, ALWAYS, // map_shadow_stack
  237, 274, 235, 319, 0x400, SYS_NICE, // mbind
  324, 375, 283, 389, 0x15, ALWAYS, // membarrier
  319, 356, 279, 385, 0x4, ALWAYS, // memfd_create
  447, 447, 447, NONE, 0x1, ALWAYS, // memfd_secret
  256, 294, 238, 400, 0x1, NEVER, // migrate_pages
  27, 218, 232, 219, 0x0, ALWAYS, // mincore
  83, 39, NONE, 39, 0x8, ALWAYS, // mkdir
  258, 296, 34, 323, 0x21, ALWAYS, // mkdirat
  133, 14, NONE, 14, 0x18, ALWAYS, // mknod
  259, 297, 33, 324, 0x61, ALWAYS, // mknodat
  149, 150, 228, 150, 0x0, ALWAYS, // mlock
  325, 376, 284, 390, 0x10, ALWAYS, // mlock2
  151, 152, 230, 152, 0x1, ALWAYS, // mlockall
  9, 90, 222, NONE, 0x100, ALWAYS, // mmap
  NONE, 192, NONE, 192, 0x100, ALWAYS, // mmap2
  154, 123, NONE, NONE, 0x1, ALWAYS, // modify_ldt
  165, 21, 40, 21, 0x0, SYS_ADMIN, // mount
  442, 442, 442, 442, 0x11, SYS_ADMIN, // mount_setattr
  429, 429, 429, 429, 0x111, SYS_ADMIN, // move_mount
  279, 317, 239, 344, 0x401, NEVER, // move_pages
  10, 125, 226, 125, 0x0, ALWAYS, // mprotect
  NONE, 56, NONE, NONE, 0x0, NEVER, // mpx
  245, 282, 185, 279, 0x1, ALWAYS, // mq_getsetattr
  244, 281, 184, 278, 0x1, ALWAYS, // mq_notify
  240, 277, 180, 274, 0x24, ALWAYS, // mq_open
  243, 280, 183, 277, 0x1, ALWAYS, // mq_timedreceive
  NONE, 419, NONE, 419, 0x1, ALWAYS, // mq_timedreceive_time64
  242, 279, 182, 276, 0x41, ALWAYS, // mq_timedsend
  NONE, 418, NONE, 418, 0x41, ALWAYS, // mq_timedsend_time64
  241, 278, 181, 275, 0x0, ALWAYS, // mq_unlink
  25, 163, 216, 163, 0x0, ALWAYS, // mremap
  462, 462, 462, 462, 0x0, ALWAYS, // mseal
  71, 402, 187, 304, 0x5, ALWAYS, // msgctl
  68, 399, 186, 303, 0x5, ALWAYS, // msgget
  70, 401, 188, 302, 0x101, ALWAYS, // msgrcv
  69, 400, 189, 301, 0x41, ALWAYS, // msgsnd
  26, 144, 227, 144, 0x10, ALWAYS, // msync
  150, 151, 229, 151, 0x0, ALWAYS, // munlock
  152, 153, 231, 153, 0x0, ALWAYS, // munlockall
  11, 91, 215, 91, 0x0, ALWAYS, // munmap
  303, 341, 264, 370, 0x101, ALWAYS, // name_to_handle_at
  35, 162, 101, 162, 0x0, ALWAYS, // nanosleep
  262, NONE, 79, NONE, 0x41, ALWAYS, // newfstatat
  180, 169, 42, 169, 0x0, NEVER, // nfsservctl
  NONE, 34, NONE, 34, 0x1, ALWAYS, // nice
  NONE, 28, NONE, NONE, 0x0, NEVER, // oldfstat
  NONE, 84, NONE, NONE, 0x0, NEVER, // oldlstat
  NONE, 59, NONE, NONE, 0x0, NEVER, // oldolduname
  NONE, 18, NONE, NONE, 0x0, NEVER, // oldstat
  NONE, 109, NONE, NONE, 0x0, NEVER, // olduname
  2, 5, NONE, 5, 0x24, ALWAYS, // open
  304, 342, 265, 371, 0x11, DAC_READ_SEARCH, // open_by_handle_at
  428, 428, 428, 428, 0x11, SYS_ADMIN, // open_tree
  467, 467, 467, 467, 0x11, SYS_ADMIN, // open_tree_attr
  257, 295, 56, 322, 0x91, ALWAYS, // openat
  437, 437, 437, 437, 0x1, ALWAYS, // openat2
  34, 29, NONE, 29, 0x0, ALWAYS, // pause
  NONE, NONE, NONE, 271, 0x0, NEVER, // pciconfig_iobase
  NONE, NONE, NONE, 272, 0x0, NEVER, // pciconfig_read
  NONE, NONE, NONE, 273, 0x0, NEVER, // pciconfig_write
  298, 336, 241, 364, 0x54, SPECIAL, // perf_event_open
  135, 136, 92, 136, 0x1, SPECIAL, // personality
  438, 438, 438, 438, 0x15, SYS_PTRACE, // pidfd_getfd
  434, 434, 434, 434, 0x5, ALWAYS, // pidfd_open
  424, 424, 424, 424, 0x45, ALWAYS, // pidfd_send_signal
  22, 42, NONE, 42, 0x0, ALWAYS, // pipe
  293, 331, 59, 359, 0x4, ALWAYS, // pipe2
  155, 217, 41, 218, 0x0, NEVER, // pivot_root
  330, 381, 289, 395, 0x0, ALWAYS, // pkey_alloc
  331, 382, 290, 396, 0x1, ALWAYS, // pkey_free
  329, 380, 288, 394, 0x40, ALWAYS, // pkey_mprotect
  7, 168, NONE, 168, 0x14, ALWAYS, // poll
  271, 309, 73, 336, 0x4, ALWAYS, // ppoll
  NONE, 414, NONE, 414, 0x4, ALWAYS, // ppoll_time64
  157, 172, 167, 172, 0x1, ALWAYS, // prctl
  17, 180, 67, 180, 0x1, ALWAYS, // pread64
  295, 333, 69, 361, 0x0, ALWAYS, // preadv
  327, 378, 286, 392, 0x400, ALWAYS, // preadv2
  302, 340, 261, 369, 0x5, ALWAYS, // prlimit64
  440, 440, 440, 440, 0x141, SYS_PTRACE, // process_madvise
  448, 448, 448, 448, 0x5, ALWAYS, // process_mrelease
  310, 347, 270, 376, 0x1, ALWAYS, // process_vm_readv
  311, 348, 271, 377, 0x1, ALWAYS, // process_vm_writev
  NONE, 44, NONE, NONE, 0x0, NEVER, // prof
  NONE, 98, NONE, NONE, 0x0, NEVER, // profil
  270, 308, 72, 335, 0x1, ALWAYS, // pselect6
  NONE, 413, NONE, 413, 0x1, ALWAYS, // pselect6_time64
  101, 26, 117, 26, 0x0, ALWAYS, // ptrace
  182, 189, NONE, NONE, 0x0, NEVER, // putpmsg
  18, 181, 68, 181, 0x1, ALWAYS, // pwrite64
  296, 334, 70, 362, 0x0, ALWAYS, // pwritev
  328, 379, 287, 393, 0x400, ALWAYS, // pwritev2
  178, 167, NONE, NONE, 0x0, NEVER, // query_module
  179, 131, 60, 131, 0x11, SYS_ADMIN, // quotactl
  443, 443, 443, 443, 0x15, SYS_ADMIN, // quotactl_fd
  0, 3, 63, 3, 0x1, ALWAYS, // read
  187, 225, 213, 225, 0x1, ALWAYS, // readahead
  NONE, 89, NONE, NONE, 0x0, ALWAYS, // readdir
  89, 85, NONE, 85, 0x10, ALWAYS, // readlink
  267, 305, 78, 332, 0x41, ALWAYS, // readlinkat
  19, 145, 65, 145, 0x0, ALWAYS, // readv
  169, 88, 142, 88, 0x15, SYS_BOOT, // reboot
  NONE, NONE, NONE, 291, 0x41, ALWAYS, // recv
  45, 371, 207, 292, 0x41, ALWAYS, // recvfrom
  299, 337, 243, 365, 0x51, ALWAYS, // recvmmsg
  NONE, 417, NONE, 417, 0x51, ALWAYS, // recvmmsg_time64
  47, 372, 212, 297, 0x11, ALWAYS, // recvmsg
  216, 257, 234, 253, 0x0, ALWAYS, // remap_file_pages
  197, 235, 14, 235, 0x0, ALWAYS, // removexattr
  466, 466, 466, 466, 0x11, ALWAYS, // removexattrat
  82, 38, NONE, 38, 0x0, ALWAYS, // rename
  264, 302, 38, 329, 0x11, ALWAYS, // renameat
  316, 353, 276, 382, 0x111, ALWAYS, // renameat2
  249, 287, 218, 310, 0x40, NEVER, // request_key
  219, 0, 128, 0, 0x0, ALWAYS, // restart_syscall
  84, 40, NONE, 40, 0x0, ALWAYS, // rmdir
  334, 386, 293, 398, 0x54, ALWAYS, // rseq
  13, 174, 134, 174, 0x1, ALWAYS, // rt_sigaction
  127, 176, 136, 176, 0x0, ALWAYS, // rt_sigpending
  14, 175, 135, 175, 0x1, ALWAYS, // rt_sigprocmask
  129, 178, 138, 178, 0x5, ALWAYS, // rt_sigqueueinfo
  15, 173, 139, 173, 0x0, ALWAYS, // rt_sigreturn
  130, 179, 133, 179, 0x0, ALWAYS, // rt_sigsuspend
  128, 177, 137, 177, 0x0, ALWAYS, // rt_sigtimedwait
  NONE, 421, NONE, 421, 0x0, ALWAYS, // rt_sigtimedwait_time64
  297, 335, 240, 363, 0x15, ALWAYS, // rt_tgsigqueueinfo
  146, 159, 125, 159, 0x1, ALWAYS, // sched_get_priority_max
  147, 160, 126, 160, 0x1, ALWAYS, // sched_get_priority_min
  204, 242, 123, 242, 0x5, ALWAYS, // sched_getaffinity
  315, 352, 275, 381, 0x51, ALWAYS, // sched_getattr
  143, 155, 121, 155, 0x1, ALWAYS, // sched_getparam
  145, 157, 120, 157, 0x1, ALWAYS, // sched_getscheduler
  148, 161, 127, 161, 0x1, ALWAYS, // sched_rr_get_interval
  NONE, 423, NONE, 423, 0x1, ALWAYS, // sched_rr_get_interval_time64
  203, 241, 122, 241, 0x5, ALWAYS, // sched_setaffinity
  314, 351, 274, 380, 0x11, ALWAYS, // sched_setattr
  142, 154, 118, 154, 0x1, ALWAYS, // sched_setparam
  144, 156, 119, 156, 0x5, ALWAYS, // sched_setscheduler
  24, 158, 124, 158, 0x0, ALWAYS, // sched_yield
  317, 354, 277, 383, 0x5, ALWAYS, // seccomp
  185, NONE, NONE, NONE, 0x0, NEVER, // security
  23, 82, NONE, NONE, 0x1, ALWAYS, // select
  66, 394, 191, 300, 0x15, ALWAYS, // semctl
  64, 393, 190, 299, 0x15, ALWAYS, // semget
  65, NONE, 193, 298, 0x11, ALWAYS, // semop
  220, NONE, 192, 312, 0x11, ALWAYS, // semtimedop
  NONE, 420, NONE, 420, 0x11, ALWAYS, // semtimedop_time64
  NONE, NONE, NONE, 289, 0x41, ALWAYS, // send
  40, 187, 71, 187, 0x5, ALWAYS, // sendfile
  NONE, 239, NONE, 239, 0x5, ALWAYS, // sendfile64
  307, 345, 269, 374, 0x51, ALWAYS, // sendmmsg
  46, 370, 211, 296, 0x11, ALWAYS, // sendmsg
  44, 369, 206, 290, 0x441, ALWAYS, // sendto
  238, 276, 237, 321, 0x1, SYS_NICE, // set_mempolicy
  450, 450, 450, 450, 0x0, SYS_NICE, // set_mempolicy_home_node
  273, 311, 99, 338, 0x0, ALWAYS, // set_robust_list
  205, 243, NONE, NONE, 0x0, ALWAYS, // set_thread_area
  218, 258, 96, 256, 0x0, ALWAYS, // set_tid_address
  NONE, NONE, NONE, 61445, 0x0, ALWAYS, // set_tls
  171, 121, 162, 121, 0x4, SYS_ADMIN, // setdomainname
  123, 139, 152, 139, 0x1, ALWAYS, // setfsgid
  NONE, 216, NONE, 216, 0x0, ALWAYS, // setfsgid32
  122, 138, 151, 138, 0x1, ALWAYS, // setfsuid
  NONE, 215, NONE, 215, 0x0, ALWAYS, // setfsuid32
  106, 46, 144, 46, 0x1, ALWAYS, // setgid
  NONE, 214, NONE, 214, 0x0, ALWAYS, // setgid32
  116, 81, 159, 81, 0x1, ALWAYS, // setgroups
  NONE, 206, NONE, 206, 0x0, ALWAYS, // setgroups32
  170, 74, 161, 74, 0x4, SYS_ADMIN, // sethostname
  38, 104, 103, 104, 0x1, ALWAYS, // setitimer
  308, 346, 268, 375, 0x5, SYS_ADMIN, // setns
  109, 57, 154, 57, 0x5, ALWAYS, // setpgid
  141, 97, 140, 97, 0x15, ALWAYS, // setpriority
  114, 71, 143, 71, 0x5, ALWAYS, // setregid
  NONE, 204, NONE, 204, 0x0, ALWAYS, // setregid32
  119, 170, 149, 170, 0x15, ALWAYS, // setresgid
  NONE, 210, NONE, 210, 0x0, ALWAYS, // setresgid32
  117, 164, 147, 164, 0x15, ALWAYS, // setresuid
  NONE, 208, NONE, 208, 0x0, ALWAYS, // setresuid32
  113, 70, 145, 70, 0x5, ALWAYS, // setreuid
  NONE, 203, NONE, 203, 0x0, ALWAYS, // setreuid32
  160, 75, 164, 75, 0x1, ALWAYS, // setrlimit
  112, 66, 157, 66, 0x0, ALWAYS, // setsid
  54, 366, 208, 294, 0x115, ALWAYS, // setsockopt
  164, 79, 170, 79, 0x0, SYS_TIME, // settimeofday
  105, 23, 146, 23, 0x1, ALWAYS, // setuid
  NONE, 213, NONE, 213, 0x0, ALWAYS, // setuid32
  188, 226, 5, 226, 0x100, ALWAYS, // setxattr
  463, 463, 463, 463, 0x11, ALWAYS, // setxattrat
  NONE, 68, NONE, NONE, 0x0, NEVER, // sgetmask
  30, 397, 196, 305, 0x11, ALWAYS, // shmat
  31, 396, 195, 308, 0x5, ALWAYS, // shmctl
  67, 398, 197, 306, 0x0, ALWAYS, // shmdt
  29, 395, 194, 307, 0x11, ALWAYS, // shmget
  48, 373, 210, 293, 0x5, ALWAYS, // shutdown
  NONE, 67, NONE, 67, 0x1, ALWAYS, // sigaction
  131, 186, 132, 186, 0x0, ALWAYS, // sigaltstack
  NONE, 48, NONE, NONE, 0x1, ALWAYS, // signal
  282, 321, NONE, 349, 0x1, ALWAYS, // signalfd
  289, 327, 74, 355, 0x41, ALWAYS, // signalfd4
  NONE, 73, NONE, 73, 0x0, ALWAYS, // sigpending
  NONE, 126, NONE, 126, 0x1, ALWAYS, // sigprocmask
  NONE, 119, NONE, 119, 0x0, ALWAYS, // sigreturn
  NONE, 72, NONE, 72, 0x5, ALWAYS, // sigsuspend
  41, 359, 198, 281, 0x15, SPECIAL, // socket
  NONE, 102, NONE, NONE, 0x1, NEVER, // socketcall
  53, 360, 199, 288, 0x15, ALWAYS, // socketpair
  275, 313, 76, 340, 0x411, ALWAYS, // splice
  NONE, 69, NONE, NONE, 0x1, NEVER, // ssetmask
  4, 106, NONE, 106, 0x0, ALWAYS, // stat
  NONE, 195, NONE, 195, 0x0, ALWAYS, // stat64
  137, 99, 43, 99, 0x0, ALWAYS, // statfs
  NONE, 268, NONE, 266, 0x0, ALWAYS, // statfs64
  457, 457, 457, 457, 0x40, ALWAYS, // statmount
  332, 383, 291, 397, 0x51, ALWAYS, // statx
  NONE, 25, NONE, NONE, 0x0, SYS_TIME, // stime
  NONE, 31, NONE, NONE, 0x0, NEVER, // stty
  168, 115, 225, 115, 0x0, NEVER, // swapoff
  167, 87, 224, 87, 0x4, NEVER, // swapon
  88, 83, NONE, 83, 0x0, ALWAYS, // symlink
  266, 304, 36, 331, 0x4, ALWAYS, // symlinkat
  162, 36, 81, 36, 0x0, ALWAYS, // sync
  277, 314, 84, NONE, 0x41, ALWAYS, // sync_file_range
  306, 344, 267, 373, 0x1, ALWAYS, // syncfs
  139, 135, NONE, 135, 0x1, NEVER, // sysfs
  99, 116, 179, 116, 0x0, ALWAYS, // sysinfo
  103, 103, 116, 103, 0x11, SPECIAL, // syslog
  276, 315, 77, 342, 0x45, ALWAYS, // tee
  234, 270, 131, 268, 0x15, ALWAYS, // tgkill
  201, 13, NONE, NONE, 0x0, ALWAYS, // time
  222, 259, 107, 257, 0x1, ALWAYS, // timer_create
  226, 263, 111, 261, 0x1, ALWAYS, // timer_delete
  225, 262, 109, 260, 0x1, ALWAYS, // timer_getoverrun
  224, 261, 108, 259, 0x1, ALWAYS, // timer_gettime
  NONE, 408, NONE, 408, 0x1, ALWAYS, // timer_gettime64
  223, 260, 110, 258, 0x5, ALWAYS, // timer_settime
  NONE, 409, NONE, 409, 0x5, ALWAYS, // timer_settime64
  283, 322, 85, 350, 0x5, ALWAYS, // timerfd_create
  287, 326, 87, 354, 0x1, ALWAYS, // timerfd_gettime
  NONE, 410, NONE, 410, 0x1, ALWAYS, // timerfd_gettime64
  286, 325, 86, 353, 0x5, ALWAYS, // timerfd_settime
  NONE, 411, NONE, 411, 0x5, ALWAYS, // timerfd_settime64
  100, 43, 153, 43, 0x0, ALWAYS, // times
  200, 238, 130, 238, 0x5, ALWAYS, // tkill
  76, 92, 45, 92, 0x0, ALWAYS, // truncate
  NONE, 193, NONE, 193, 0x0, ALWAYS, // truncate64
  184, NONE, NONE, NONE, 0x0, NEVER, // tuxcall
  NONE, 191, NONE, 191, 0x0, ALWAYS, // ugetrlimit
  NONE, 58, NONE, NONE, 0x0, NEVER, // ulimit
  95, 60, 166, 60, 0x1, ALWAYS, // umask
  NONE, 22, NONE, NONE, 0x0, SYS_ADMIN, // umount
  166, 52, 39, 52, 0x4, SYS_ADMIN, // umount2
  63, 122, 160, 122, 0x0, ALWAYS, // uname
  87, 10, NONE, 10, 0x0, ALWAYS, // unlink
  263, 301, 35, 328, 0x11, ALWAYS, // unlinkat
  272, 310, 97, 337, 0x0, SYS_ADMIN, // unshare
  336, NONE, NONE, NONE, 0x0, ALWAYS, // uprobe
  335, NONE, NONE, NONE, 0x0, ALWAYS, // uretprobe
  134, 86, NONE, 86, 0x0, NEVER, // uselib
  323, 374, 282, 388, 0x1, NEVER, // userfaultfd
  NONE, NONE, NONE, 61443, 0x0, NEVER, // usr26
  NONE, NONE, NONE, 61444, 0x0, NEVER, // usr32
  136, 62, NONE, 62, 0x1, NEVER, // ustat
  132, 30, NONE, NONE, 0x0, ALWAYS, // utime
  280, 320, 88, 348, 0x41, ALWAYS, // utimensat
  NONE, 412, NONE, 412, 0x41, ALWAYS, // utimensat_time64
  235, 271, NONE, 269, 0x0, ALWAYS, // utimes
  58, 190, NONE, 190, 0x0, ALWAYS, // vfork
  153, 111, 58, 111, 0x0, SYS_TTY_CONFIG, // vhangup
  NONE, 166, NONE, NONE, 0x0, NEVER, // vm86
  NONE, 113, NONE, NONE, 0x0, NEVER, // vm86old
  278, 316, 75, 343, 0x41, ALWAYS, // vmsplice
  236, 273, NONE, 313, 0x0, NEVER, // vserver
  61, 114, 260, 114, 0x11, ALWAYS, // wait4
  247, 284, 95, 280, 0x45, ALWAYS, // waitid
  NONE, 7, NONE, NONE, 0x11, ALWAYS, // waitpid
  1, 4, 64, 4, 0x1, ALWAYS, // write
  20, 146, 66, 146, 0x0, ALWAYS, // writev
];
