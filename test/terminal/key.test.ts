import { constants } from "node:os";
import * as assert from "uvu/assert";
import { endOfFile, signalKey } from "../../runtime/terminal/key.ts";
import { mode, rawMode } from "../../shim/tty.ts";
import { topic } from "../harness.ts";
import { openPty } from "./pty.ts";

const test = topic("terminal: key");

function fresh(): Uint8Array {
  const { master, slave } = openPty();
  const termios = mode(master.number);
  master.close();
  slave.close();
  return termios;
}

const newline = 10;
const [ctrl_c, ctrl_d, ctrl_backslash] = [3, 4, 28];

test("the end of file takes one character at the start of a line, and two after", () => {
  const termios = fresh();
  assert.equal([...endOfFile(termios, newline)], [ctrl_d]);
  assert.equal([...endOfFile(termios, 65)], [ctrl_d, ctrl_d]);
  assert.equal([...endOfFile(rawMode(termios), 65)], [ctrl_d]);
});

test("the end of file is the terminal's own character, or none", () => {
  const termios = fresh();
  termios[17 + 4] = 5;
  assert.equal([...endOfFile(termios, newline)], [5]);
  termios[17 + 4] = 0;
  assert.equal([...endOfFile(termios, newline)], []);
});

test("Ctrl-C and Ctrl-\\ are signals, unless the mode is raw or the key another", () => {
  const termios = fresh();
  const keys = (...bytes: number[]) => new Uint8Array(bytes);
  const { SIGINT, SIGQUIT } = constants.signals;
  assert.is(signalKey(keys(65, ctrl_c), termios), SIGINT);
  assert.is(signalKey(keys(ctrl_backslash, ctrl_c), termios), SIGQUIT);
  assert.is(signalKey(keys(65, ctrl_d, 0), termios), undefined);
  assert.is(signalKey(keys(ctrl_c), rawMode(termios)), undefined);
  termios[17] = 0;
  assert.is(signalKey(keys(0, ctrl_c), termios), undefined);
});

test.run();
