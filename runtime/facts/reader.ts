/** Readers of the values that facts are made of, on top of those of config.json. */
import { type At, field, object, required, text, wrong } from "../spec/check/value.ts";

export type Reader<T> = (at: At) => T | undefined;

/** One reader for each property: a property that is added to the type is an error of the compiler here. */
export type Shape<T> = { [K in keyof T]-?: Reader<T[K]> };

/** An object with all of its properties; others are ignored, as a newer wrun may have written them. */
export function shape<T extends object>(readers: Shape<T>): Reader<T> {
  return (at) => {
    if (object(at) === undefined) return undefined;
    const entries = Object.entries<Reader<unknown>>(readers).map(([name, read]) => {
      return [name, required(field(at, name), read)] as const;
    });
    return entries.some(([, value]) => value === undefined)
      ? undefined
      : (Object.fromEntries(entries) as T);
  };
}

/** null is a value, and says that the host has no such thing. */
export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (at) => (at.value === null ? null : read(at));
}

const mask_max = 1n << 64n;

/** 64 bits as `0x1ffffffffff`: JSON numbers are exact up to 2^53 only. */
export function mask(at: At): bigint | undefined {
  const value = text(at);
  if (value === undefined) return undefined;
  const bits = /^0x[0-9a-f]{1,16}$/.test(value) ? BigInt(value) : mask_max;
  return bits < mask_max ? bits : wrong(at, `a set of bits is \`0x\` and up to 16 digits`);
}

/** A map by name, of whatever its values are. */
export function mapOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (at) => {
    const map = object(at);
    if (map === undefined) return undefined;
    const entries = [...map.keys()].flatMap((name): [string, T][] => {
      const value = required(field(at, name), read);
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(entries);
  };
}
