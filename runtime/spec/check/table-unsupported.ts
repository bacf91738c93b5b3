/**
 * What the specification has and wrun does not do yet: refused with a pointer, never left out in silence. The table
 * shrinks as features are built. `*` is any entry of an array. Values that ask for nothing pass: {}, [], "", false.
 */
export const unsupported: readonly (readonly [pointer: string, what: string])[] = [
  ["/windows", "a container for Windows"],
  ["/solaris", "a container for Solaris"],
  ["/freebsd", "a container for FreeBSD"],
  ["/zos", "a container for z/OS"],
  ["/vm", "a virtual machine"],
];
