/** What wrun and CRIU say to each other: requests, answers, and what CRIU tells on the way (criu(8), "--action-script"). */
import { decodeMessage, encodeMessage, type Field, type Message } from "./protobuf.ts";
import {
  type CriuOptions,
  innerNumbers,
  kinds,
  optionNumbers,
  requestNumbers,
  responseNumbers,
} from "./table-field.ts";

export function requestBytes(kind: keyof typeof kinds, options: CriuOptions): Uint8Array {
  return encodeMessage([
    [requestNumbers.type, kinds[kind]],
    [requestNumbers.opts, optionFields(options)],
  ]);
}

/** The answer to what CRIU tells: it may go on. */
export function goOnBytes(): Uint8Array {
  return encodeMessage([
    [requestNumbers.type, kinds.notify],
    [requestNumbers.notifySuccess, true],
  ]);
}

function optionFields(options: CriuOptions): Field[] {
  return Object.entries(options).flatMap(([name, value]): Field[] => {
    if (value === undefined) return [];
    const number = optionNumbers[name as keyof CriuOptions];
    const values = Array.isArray(value) ? value : [value];
    return values.map((each): Field => [number, typeof each === "object" ? inner(each) : each]);
  });
}

function inner(message: Record<string, string | number>): Field[] {
  return Object.entries(message).map(([name, value]) => [innerNumbers[name] ?? 0, value]);
}

export interface Response {
  kind: number;
  success: boolean;
  /** What CRIU is at, such as `setup-namespaces`; "" where the response is an answer. */
  script: string;
  /** Of the container's first process, where CRIU tells it; else 0. */
  pid: number;
  /** CRIU's own, 0 for none. */
  errno: number;
  /** The first error of its log, "" for none. */
  message: string;
}

/** Throws RangeError for what is no message. */
export function readResponse(bytes: Uint8Array): Response {
  const message = decodeMessage(bytes);
  const restored = within(message, responseNumbers.restore);
  const notice = within(message, responseNumbers.notify);
  return {
    kind: number(message, responseNumbers.type),
    success: number(message, responseNumbers.success) === 1,
    script: text(notice, 1),
    pid: number(notice, 2) || number(restored, 1),
    errno: number(message, responseNumbers.errno),
    message: text(message, responseNumbers.message),
  };
}

const nothing: Message = new Map();

function within(message: Message, field: number): Message {
  const value = message.get(field)?.at(-1);
  return value instanceof Uint8Array ? decodeMessage(value) : nothing;
}

function number(message: Message, field: number): number {
  const value = message.get(field)?.at(-1);
  return typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : 0;
}

function text(message: Message, field: number): string {
  const value = message.get(field)?.at(-1);
  return value instanceof Uint8Array ? Buffer.from(value).toString() : "";
}
