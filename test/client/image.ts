/** The image of the clients' tests: a busybox, as a tar to be imported and as an OCI archive. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRootfs, temporary } from "../run/rootfs.ts";

/** What `docker import` and `podman import` read: the path of a tar of the root filesystem. */
export function imageTar(): string {
  const root = makeRootfs();
  for (const applet of ["ping", "stty", "tty"]) symlinkSync("busybox", join(root, "bin", applet));
  writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
  const path = join(temporary("image"), "busybox.tar");
  execFileSync("tar", ["-C", root, "--owner=0", "--group=0", "-cf", path, "."]);
  return path;
}

/** An OCI image layout in a tar, with the name `reference`: https://github.com/opencontainers/image-spec */
export function ociArchive(reference: string, args: string[]): string {
  const layout = temporary("layout");
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
  const add = (mediaType: string, bytes: Buffer) => {
    const hash = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(layout, "blobs/sha256", hash), bytes);
    const type = `application/vnd.oci.image.${mediaType}`;
    return { mediaType: type, digest: `sha256:${hash}`, size: bytes.length };
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const layer = add("layer.v1.tar", readFileSync(imageTar()));
  const config = add(
    "config.v1+json",
    json({
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: { Cmd: args, Env: ["PATH=/bin"] },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
    }),
  );
  const manifest = add("manifest.v1+json", json({ schemaVersion: 2, config, layers: [layer] }));
  const annotations = { "org.opencontainers.image.ref.name": reference };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  writeFileSync(join(layout, "index.json"), json(index));
  writeFileSync(join(layout, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  const path = join(temporary("image"), "oci.tar");
  execFileSync("tar", ["-C", layout, "-cf", path, "."]);
  return path;
}
