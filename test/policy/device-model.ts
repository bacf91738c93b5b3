/** What the kernel does with rules on devices, in two ways, and what the rules say, read as plainly as can be. */
import type { DevicesRule } from "../../wasm/generated/host.js";

export interface Access {
  node: "char" | "block";
  major: number;
  minor: number;
  /** Letters of rwm. */
  letters: string;
}

/** What every container may do besides: the list of runc, specconv/spec_linux.go AllowedDevices. */
const built_ins: DevicesRule[] = [
  "c * * m",
  "b * * m",
  ...["1 3", "1 5", "1 7", "1 8", "1 9", "5 0", "5 2", "136 *", "10 200"].map((n) => `c ${n} rwm`),
].map((text) => {
  const [kind, major = "", minor = "", letters = ""] = text.split(" ");
  const number = (word: string) => (word === "*" ? undefined : Number(word));
  return {
    allow: true,
    kind: kind === "c" ? "char" : "block",
    major: number(major),
    minor: number(minor),
    access: {
      read: letters.includes("r"),
      write: letters.includes("w"),
      mknod: letters.includes("m"),
    },
  };
});

const names = { r: "read", w: "write", m: "mknod" } as const;

/** The last rule that names a letter of a device decides it, and without one it is denied. */
export function isAllowed(rules: readonly DevicesRule[], access: Access): boolean {
  const all = [...rules, ...built_ins];
  return [...access.letters].every((letter) => {
    const last = all.findLast(
      (rule) =>
        (rule.kind === "all" || rule.kind === access.node) &&
        (rule.major === undefined || rule.major === access.major) &&
        (rule.minor === undefined || rule.minor === access.minor) &&
        rule.access[names[letter as "r"]] === true,
    );
    return last?.allow ?? false;
  });
}

/** security/device_cgroup.c: a behaviour and exceptions to it, one for each device and kind. */
export class DeviceCgroup {
  #allow = true;
  readonly #exceptions = new Map<string, string>();

  write(file: string, value: string): void {
    const allow = file === "devices.allow";
    const [kind, device, letters = ""] = value.split(" ");
    if (kind === "a") {
      this.#allow = allow;
      this.#exceptions.clear();
      return;
    }
    const key = `${kind} ${device}`;
    const before = this.#exceptions.get(key) ?? "";
    if (allow === this.#allow) {
      const left = [...before].filter((letter) => !letters.includes(letter)).join("");
      if (left === "") this.#exceptions.delete(key);
      else this.#exceptions.set(key, left);
    } else this.#exceptions.set(key, before + letters);
  }

  /** match_exception wants one exception with all letters, match_exception_partial one with any. */
  isAllowed({ node, major, minor, letters }: Access): boolean {
    const mine = [...this.#exceptions].filter(([key]) => {
      const [kind, device = ""] = key.split(" ");
      const [a, b] = device.split(":");
      const same = (word: string | undefined, number: number) =>
        word === "*" || word === `${number}`;
      return kind === node[0] && same(a, major) && same(b, minor);
    });
    const has = (text: string) => (letter: string) => text.includes(letter);
    return this.#allow
      ? !mine.some(([, text]) => [...letters].some(has(text)))
      : mine.some(([, text]) => [...letters].every(has(text)));
  }
}

const bits = { m: 1, r: 2, w: 4 } as const;

/**
 * Runs a program as the kernel's interpreter would (kernel/bpf/core.c), for the dozen instructions that a filter has.
 * Throws where the verifier would refuse it: another instruction, a jump out of the program, a register not written.
 */
export function interpret(program: Uint8Array, { node, major, minor, letters }: Access): boolean {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const access = [...letters].reduce((mask, letter) => mask | bits[letter as "r"], 0);
  const context = [(access << 16) | (node === "block" ? 1 : 2), major, minor];
  const registers: (number | undefined)[] = [];
  const read = (register: number) => {
    const value = registers[register];
    if (value === undefined) throw new Error(`r${register} is read before it is written`);
    return value;
  };
  for (let at = 0; ; at += 8) {
    if (at < 0 || at >= view.byteLength) throw new Error("it runs out of the program");
    const to = view.getUint8(at + 1) & 15;
    const [offset, immediate] = [view.getInt16(at + 2, true), view.getUint32(at + 4, true)];
    const jump = (taken: boolean) => {
      if (taken) at += 8 * offset;
    };
    const code = view.getUint8(at);
    if (code === 0x95) return read(0) === 1;
    else if (code === 0xb7) registers[to] = immediate;
    else if (code === 0x61) registers[to] = (context[offset / 4] as number) >>> 0;
    else if (code === 0x54) registers[to] = (read(to) & immediate) >>> 0;
    else if (code === 0x74) registers[to] = read(to) >>> immediate;
    else if (code === 0x05) jump(true);
    else if (code === 0x56) jump(read(to) !== immediate);
    else if (code === 0x46) jump((read(to) & immediate) !== 0);
    else throw new Error(`instruction ${at / 8} is ${code.toString(16)}`);
  }
}

/** Instructions that nothing leads to: check_cfg of the verifier refuses a program that has one. */
export function unreachable(program: Uint8Array): number[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const seen = new Set<number>();
  const next = [0];
  for (let i = next.pop(); i !== undefined; i = next.pop()) {
    if (seen.has(i)) continue;
    seen.add(i);
    const code = view.getUint8(8 * i);
    const isJump = (code & 7) === 5 || (code & 7) === 6;
    if (code === 0x95) continue;
    if (isJump) next.push(i + 1 + view.getInt16(8 * i + 2, true));
    if (code !== 0x05) next.push(i + 1);
  }
  return Array.from({ length: program.length / 8 }, (_, i) => i).filter((i) => !seen.has(i));
}
