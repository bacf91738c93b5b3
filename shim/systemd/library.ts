/**
 * sd-bus(3) of libsystemd.so.0, loaded at the first call: only where somebody asks for systemd's cgroup driver.
 *
 * Of its functions only those are taken that are not variadic and call nobody back.
 */
import { openLibrary } from "../libc.ts";

type Call = (...args: (number | bigint | string | ArrayBufferView | null)[]) => number;

const message = "void *";
const signatures = {
  sd_bus_open_system: [message],
  sd_bus_open_user: [message],
  sd_bus_flush_close_unref: [message],
  sd_bus_process: [message, message],
  sd_bus_wait: [message, "uint64_t"],
  sd_bus_call: [message, message, "uint64_t", message, message],
  sd_bus_error_free: [message],
  sd_bus_message_new_method_call: [message, message, "str", "str", "str", "str"],
  sd_bus_message_append_basic: [message, "char", message],
  sd_bus_message_append_array: [message, "char", message, "size_t"],
  sd_bus_message_open_container: [message, "char", "str"],
  sd_bus_message_close_container: [message],
  sd_bus_message_enter_container: [message, "char", "str"],
  sd_bus_message_exit_container: [message],
  sd_bus_message_read_basic: [message, "char", message],
  sd_bus_message_is_signal: [message, "str", "str"],
  sd_bus_message_unref: [message],
} as const;

export type Library = Record<keyof typeof signatures, Call> & {
  /** A NUL-terminated string at an address. */
  text(address: bigint): string;
};

const noResult = new Set<string>([
  "sd_bus_flush_close_unref",
  "sd_bus_message_unref",
  "sd_bus_error_free",
]);

let loaded: Library | undefined;

/** Throws Error where libsystemd is not installed. */
export function libsystemd(): Library {
  if (loaded) return loaded;
  const library = openLibrary("libsystemd.so.0");
  const functions = Object.entries(signatures).map(([name, args]) => {
    const result = noResult.has(name) ? "void *" : "int";
    return [name, library.func(name, result, [...args])];
  });
  // strstr(3) with "" answers with its first argument, which koffi turns into a string of JavaScript.
  const find = library.func("strstr", "str", ["void *", "str"]);
  loaded = { ...Object.fromEntries(functions), text: (at: bigint) => find(at, "") } as Library;
  return loaded;
}
