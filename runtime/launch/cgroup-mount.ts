/** A mount of type `cgroup`: the container's own cgroups, of whichever version the host has. */
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { MountsPlan } from "../../wasm/generated/host.js";
import type { Mount } from "../spec/types.ts";
import type { Scene } from "./launch.ts";
import { openMountPoint } from "./path.ts";
import { attach, cloneTree, makePrivate, newFilesystem, setAttributes } from "./tree.ts";

interface View {
  directory: string;
  type: "cgroup" | "cgroup2";
  options: string[];
  /** Where the container's own cgroup is on the host. */
  path: string;
}

export function mountCgroup(scene: Scene, mount: Mount, options: MountsPlan): void {
  const purpose: Purpose = {
    say: `mount the cgroups on \`${mount.destination}\``,
    code: "ERR_MOUNT",
    path: mount.destination,
  };
  const views = cgroupViews(scene);
  const only = views.length === 1 ? views[0] : undefined;
  if (only?.type === "cgroup2") {
    mountView(scene, only, mount.destination, options.attributes.set, purpose);
    return;
  }
  // v1: a tmpfs with a directory for each hierarchy, read-only only when they are all there.
  const holder = scene.program.slot();
  newFilesystem(scene, "tmpfs", ["source=tmpfs", "mode=0755"], 0, holder, purpose);
  openMountPoint(scene, mount.destination, "directory", purpose, { plain: true });
  attach(scene, holder, scene.target, purpose);
  scene.close(scene.target, purpose);
  for (const view of views) {
    mountView(
      scene,
      view,
      `${mount.destination}/${view.directory}`,
      options.attributes.set,
      purpose,
    );
    linkControllers(scene, view, holder, purpose);
  }
  setAttributes(scene, holder, { set: options.attributes.set }, false, purpose);
  scene.close(holder, purpose);
}

export function cgroupViews(scene: Scene): View[] {
  const { hierarchies } = scene.launch.facts.cgroup;
  return hierarchies.map((hierarchy, i) => {
    const place = scene.launch.decisions.cgroups.places.find((p) => p.hierarchy === i);
    const named = hierarchy.name ? ["none", `name=${hierarchy.name}`] : hierarchy.controllers;
    return {
      directory: hierarchy.mount.split("/").at(-1) ?? "",
      type: hierarchy.unified ? "cgroup2" : "cgroup",
      options: hierarchy.unified ? [] : named,
      path: `${hierarchy.mount}${place ? place.path : hierarchy.own}`.replace(/\/+$/, ""),
    };
  });
}

/** In a cgroup namespace of its own a new mount shows no more than the container's cgroup; else that one is bound. */
function mountView(
  scene: Scene,
  view: View,
  destination: string,
  attributes: number,
  purpose: Purpose,
): void {
  if (scene.creates("cgroup")) {
    const options = [`source=${view.type}`, ...view.options];
    newFilesystem(scene, view.type, options, attributes, scene.tree, purpose);
  } else {
    cloneTree(scene, view.path, false, scene.tree, purpose);
    makePrivate(scene, scene.tree, purpose);
    setAttributes(scene, scene.tree, { set: attributes }, false, purpose);
  }
  openMountPoint(scene, destination, "directory", purpose, { plain: true });
  attach(scene, scene.tree, scene.target, purpose);
  scene.close(scene.tree, purpose);
  scene.close(scene.target, purpose);
}

/** `cpu -> cpu,cpuacct`, where programs look for the one name. */
function linkControllers(scene: Scene, view: View, holder: Slot, purpose: Purpose): void {
  const names = view.directory.split(",");
  if (names.length < 2) return;
  for (const name of names) {
    const { program } = scene;
    const args = [program.text(view.directory), holder, program.text(name)];
    program.call("symlinkat", args, purpose, { on: { EEXIST: "ignore" } });
  }
}
