/**
 * What the specification has and wrun does not do yet: refused with a pointer, never left out in silence. The table
 * shrinks as features are built. `*` is any entry of an array. Values that ask for nothing pass: {}, [], "", false.
 */
export const unsupported: readonly (readonly [pointer: string, what: string])[] = [
  ["/hooks", "hooks"],
  ["/windows", "a container for Windows"],
  ["/solaris", "a container for Solaris"],
  ["/freebsd", "a container for FreeBSD"],
  ["/zos", "a container for z/OS"],
  ["/vm", "a virtual machine"],
  ["/mounts/*/uidMappings", "id-mapped mounts"],
  ["/mounts/*/gidMappings", "id-mapped mounts"],
  ["/process/apparmorProfile", "AppArmor profiles"],
  ["/process/selinuxLabel", "SELinux labels"],
  ["/process/scheduler", "scheduler attributes"],
  ["/process/ioPriority", "I/O priorities"],
  ["/process/execCPUAffinity", "CPU affinity of exec"],
  ["/linux/seccomp/listenerPath", "a listener for system calls"],
  ["/linux/seccomp/listenerMetadata", "a listener for system calls"],
  ["/linux/mountLabel", "SELinux labels"],
  ["/linux/personality", "execution domains"],
  ["/linux/intelRdt", "Intel RDT"],
  ["/linux/netDevices", "moving network devices"],
  ["/linux/memoryPolicy", "NUMA memory policies"],
];

/** Mount options of the same kind. */
export const unsupportedOptions: ReadonlyMap<string, string> = new Map([
  ["idmap", "id-mapped mounts"],
  ["ridmap", "id-mapped mounts"],
  ["tmpcopyup", "copying into a tmpfs"],
]);
