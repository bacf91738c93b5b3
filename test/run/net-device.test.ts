import * as assert from "uvu/assert";
import type { RunOptions } from "../../runtime/options/types.ts";
import { topic } from "../harness.ts";
import { bundle } from "./bundle.ts";
import { launch, refusal } from "./launch.ts";
import { type Devices, inside, pair, withDevices } from "./net-place.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("network devices");
const needs = ["root", "busybox"] as const;

test("a device goes in with its addresses, is up, and is not here any more", { needs }, () => {
  const addresses = "ip addr add 10.9.8.7/24 dev left; ip addr add fd00::7/64 dev left";
  const look = "ip -o addr show eth0; ip -o link show eth0";
  const path = withDevices({ left: { name: "eth0" } }, look);
  const { status, text } = inside(`${pair}; ${addresses}; ip link set veth0 up`, path);
  assert.is(status, 0, text);
  assert.match(text, /eth0 +inet 10\.9\.8\.7\/24/);
  assert.match(text, /eth0 +inet6 fd00::7\/64/);
  assert.match(text, /eth0@\S+: <[A-Z,]*\bUP\b/);
  // Its peer went with it when the container ended.
  assert.not.match(text, /: left[@:]/);
});

test("by its own name, into a user namespace, two at once", { needs }, () => {
  const look = "ip -o link; ip addr add 10.1.1.1/24 dev left && echo mine";
  const path = withDevices({ left: {}, veth0: { name: "b" } }, look, {
    userns: "auto:size=5000",
    capAdd: ["NET_ADMIN"],
  });
  const { status, text } = inside(pair, path);
  assert.is(status, 0, text);
  assert.match(text, /: left[@:]/);
  assert.match(text, /: b[@:]/);
  assert.match(text, "mine");
});

test("what cannot be moved is refused, and leaves nothing", { needs }, async () => {
  await launch("true", { bundle: bundle((spec) => spec) });
  const path = withDevices({ nosuch0: {} });
  const error = await leavesNothing(() => refusal(launch("true", { bundle: path })));
  assert.equal([error.code, error.pointer], ["ERR_NAMESPACE", "/linux/netDevices/nosuch0"]);
  const taken = inside(pair, withDevices({ left: { name: "lo" } }));
  assert.match(
    taken.text,
    /cannot move the network device `left` into the container as `lo`: EEXIST/,
  );
  assert.match(inside("true", withDevices({ lo: { name: "x" } })).text, /`lo`.*EINVAL/);
});

test("names and namespaces that cannot be", { needs }, async () => {
  const refused = async (netDevices: Devices, options: RunOptions = {}): Promise<string> =>
    (await refusal(launch("true", { bundle: withDevices(netDevices, "true", options) }))).message;
  assert.match(await refused({ "a/b": {} }), /`a\/b` is not the name of a network device/);
  assert.match(await refused({ left: { name: "sixteen-letters." } }), /is not the name/);
  assert.match(await refused({ a: { name: "c" }, b: { name: "c" } }), /two network devices/);
  assert.match(await refused({ a: {} }, { network: "host" }), /no network namespace of its own/);
});

test.run();
