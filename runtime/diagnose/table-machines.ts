/** e_machine of ELF files that turn up in images, by the name that users know; include/uapi/linux/elf-em.h. */
export const machines: Readonly<Record<number, string>> = {
  2: "sparc",
  3: "x86",
  8: "mips",
  20: "ppc",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  43: "sparc64",
  62: "x64",
  183: "arm64",
  243: "riscv64",
  247: "bpf",
  258: "loong64",
};

/** The number of each architecture that wrun runs on. */
export const host_machines = { x64: 62, arm64: 183 } as const;

/** What files begin with that Linux does not run by itself. */
export const foreign: readonly { magic: readonly number[]; what: string }[] = [
  { magic: [0x4d, 0x5a], what: "a Windows program" },
  { magic: [0xcf, 0xfa, 0xed, 0xfe], what: "a macOS program" },
  { magic: [0xce, 0xfa, 0xed, 0xfe], what: "a macOS program" },
  { magic: [0xca, 0xfe, 0xba, 0xbe], what: "a macOS program or a Java class" },
  { magic: [0x00, 0x61, 0x73, 0x6d], what: "a WebAssembly module" },
  { magic: [0x50, 0x4b, 0x03, 0x04], what: "a zip archive" },
  { magic: [0x1f, 0x8b], what: "a gzip archive" },
  {
    magic: [0xef, 0xbb, 0xbf, 0x23, 0x21],
    what: "a script with a byte order mark before its `#!`",
  },
];

/** Loaders of the two C libraries, by architecture: which one a program names says which library it was linked with. */
export const loaders: readonly { path: string; library: "glibc" | "musl" }[] = [
  { path: "/lib64/ld-linux-x86-64.so.2", library: "glibc" },
  { path: "/lib/ld-linux-aarch64.so.1", library: "glibc" },
  { path: "/lib/ld-linux.so.2", library: "glibc" },
  { path: "/lib/ld-linux-armhf.so.3", library: "glibc" },
  { path: "/lib/ld-musl-x86_64.so.1", library: "musl" },
  { path: "/lib/ld-musl-aarch64.so.1", library: "musl" },
  { path: "/lib/ld-musl-i386.so.1", library: "musl" },
  { path: "/lib/ld-musl-armhf.so.1", library: "musl" },
];
