/** config-linux.md#network-devices. A test for each MUST. */
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { launch, refusal } from "../run/launch.ts";
import { type Devices, inside, pair, withDevices } from "../run/net-place.ts";
import { alone, needs } from "./place.ts";

const test = topic("config-linux.md#network-devices");

/** What `ip` says of the device in the container, after the commands outside. */
function seen(commands: string, devices: Devices, look: string): string {
  const { status, text } = inside(`${pair}; ${commands}`, withDevices(devices, look));
  assert.is(status, 0, text);
  return text;
}

const refused = async (devices: Devices): Promise<string> => {
  const bundle = withDevices(devices);
  return (await alone(() => refusal(launch("true", { bundle })))).pointer ?? "";
};

test("the device is moved into the container's network namespace", { needs }, () => {
  assert.match(seen("true", { left: {} }, "ip -o link show left"), /: left@/);
});

test("it has the name that is given", { needs }, () => {
  assert.match(seen("true", { left: { name: "eth7" } }, "ip -o link"), /: eth7@/);
});

test("it is up", { needs }, () => {
  assert.match(seen("true", { left: {} }, "ip -o link show left"), /<[A-Z,-]*\bUP\b/);
});

test("its addresses, its MTU and its hardware address are kept", { needs }, () => {
  const commands =
    "ip addr add 10.9.8.7/24 dev left; ip link set left mtu 1400; ip link set left address 02:00:00:00:00:07";
  const text = seen(commands, { left: {} }, "ip -o addr show left; ip -o link show left");
  assert.match(text, "10.9.8.7/24");
  assert.match(text, "mtu 1400");
  assert.match(text, "02:00:00:00:00:07");
});

test("a device that is not there is an error", { needs }, async () => {
  assert.is(await refused({ nosuch0: {} }), "/linux/netDevices/nosuch0");
});

test("a name that is taken in the container is an error", { needs }, () => {
  const { status, text } = inside(pair, withDevices({ left: { name: "lo" } }));
  assert.is.not(status, 0);
  assert.match(text, /`left`.*`lo`.*EEXIST/);
});

for (const name of ["a/b", "a b", ".", "..", "sixteen-letters.", ""]) {
  test(`a name that is none is an error: \`${name}\``, { needs }, async () => {
    assert.match(await refused({ [name]: {} }), /^\/linux\/netDevices/);
    if (name !== "") assert.match(await refused({ left: { name } }), /^\/linux\/netDevices/);
  });
}

test("without a network namespace of its own it is an error", { needs }, async () => {
  const bundle = withDevices({ left: {} }, "true", { network: "host" });
  const error = await refusal(launch("true", { bundle }));
  assert.match(error.pointer ?? "", /^\/linux\/netDevices/);
});

test.run();
