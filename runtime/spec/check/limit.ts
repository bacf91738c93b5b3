/** Bounds of the kernel and of the format, in one place. */

/** 2^32 - 1 is (uid_t) -1, "no id" to setresuid(2), chown(2) and id maps. */
export const id_max = 2 ** 32 - 2;
export const uint32_max = 2 ** 32 - 1;
export const integer_max = Number.MAX_SAFE_INTEGER;
/** __NEW_UTS_LEN: sethostname(2) and setdomainname(2) take this many bytes. */
export const hostname_bytes_max = 64;
/** A container's id is the name of a directory (NAME_MAX). */
export const id_bytes_max = 255;
/** MAX_ARG_STRLEN less its NUL: one argument or variable of execve(2). */
export const argument_bytes_max = 128 * 1024 - 1;
/** PATH_MAX less its NUL. */
export const path_bytes_max = 4095;
/** NGROUPS_MAX of setgroups(2). */
export const groups_max = 65536;
/** struct winsize has 16 bits. */
export const console_max = 65535;

/** The length that the kernel sees: bytes of UTF-8, without the NUL. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
