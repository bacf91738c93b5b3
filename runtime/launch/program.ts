import type { Program } from "../../shim/program/program.ts";
import { schedule, setLabels, setMemoryPolicy, setPersonality } from "./attribute.ts";
import { makeDevices } from "./device.ts";
import { closeCgroup, enterNamespaces, firstProcess } from "./first.ts";
import { hooksOfCreate } from "./hook.ts";
import { raiseLoopback, setNames, writeSysctls } from "./kernel-settings.ts";
import { type Launch, Scene } from "./launch.ts";
import { awaitMessage } from "./listener.ts";
import { makeEmpty, maskPaths, protectPaths } from "./mask.ts";
import { mountAll, openSources } from "./mounts.ts";
import {
  closeFiles,
  enterDirectory,
  execute,
  newKeyring,
  newSession,
  raiseLimits,
  setLimits,
  setUser,
} from "./process.ts";
import { attachRootfs, changeRoot, isolateMounts, openRootfs } from "./root.ts";
import { filterBeforeRights } from "./seccomp.ts";
import { createCgroupNamespace, dieWithHost, freeUmask } from "./second.ts";
import { openJoinedTerminal, openTerminal } from "./terminal.ts";

/**
 * The whole launch of a container, in the order in which the kernel is asked. Pure: the same launch gives the same
 * program. Throws RangeError when it grows beyond what init can hold.
 */
export function buildProgram(launch: Launch): Program {
  const scene = new Scene(launch);
  const ownMounts = scene.creates("mount");
  firstProcess(scene);
  // With rights over the host's mounts the trees are opened before those rights are given up; without, they can only
  // be opened in the mount namespace of the new user namespace.
  if (ownMounts && scene.clonesFirst) openTrees(scene);
  raiseLimits(scene);
  schedule(scene, "before a user namespace");
  enterNamespaces(scene);
  dieWithHost(scene);
  closeCgroup(scene);
  schedule(scene, "in the container");
  setMemoryPolicy(scene);
  setPersonality(scene);
  setLabels(scene);
  newSession(scene);
  newKeyring(scene);
  createCgroupNamespace(scene);
  freeUmask(scene);
  // A mount namespace that is joined has its mounts, and other processes that use them.
  if (ownMounts) mountEverything(scene);
  else openJoinedTerminal(scene);
  setNames(scene);
  raiseLoopback(scene);
  writeSysctls(scene);
  hooksOfCreate(scene);
  if (ownMounts) enterRoot(scene);
  awaitMessage(scene);
  closeFiles(scene);
  setLimits(scene);
  filterBeforeRights(scene);
  setUser(scene);
  enterDirectory(scene);
  execute(scene);
  return { ...scene.program.finish(), report_fd: scene.fds.report };
}

function openTrees(scene: Scene): void {
  openRootfs(scene);
  openSources(scene);
}

function mountEverything(scene: Scene): void {
  isolateMounts(scene);
  if (!scene.clonesFirst) openTrees(scene);
  makeEmpty(scene);
  attachRootfs(scene);
  mountAll(scene);
  makeDevices(scene);
  openTerminal(scene);
}

function enterRoot(scene: Scene): void {
  maskPaths(scene);
  protectPaths(scene);
  changeRoot(scene);
}
