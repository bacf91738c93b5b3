/** /proc/self/mountinfo and /proc/self/cgroup of hosts of other kinds, shortened to what matters. */
export interface HostText {
  mountinfo: string;
  cgroup: string;
}

/** Raspberry Pi OS 10: v1 by systemd, v2 mounted beside it without controllers. */
export const raspberry_pi: HostText = {
  mountinfo: `\
22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
27 22 0:25 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
28 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw
29 27 0:26 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10 - cgroup2 cgroup2 rw,nsdelegate
30 27 0:27 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:11 - cgroup cgroup rw,xattr,name=systemd
33 27 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:14 - cgroup cgroup rw,cpu,cpuacct
34 27 0:31 / /sys/fs/cgroup/memory rw,nosuid,nodev,noexec,relatime shared:15 - cgroup cgroup rw,memory
35 27 0:32 / /sys/fs/cgroup/cpuset rw,nosuid,nodev,noexec,relatime shared:16 - cgroup cgroup rw,cpuset
`,
  cgroup: `\
7:memory:/user.slice/user-1000.slice
5:cpuset:/
4:cpu,cpuacct:/user.slice
1:name=systemd:/user.slice/user-1000.slice/session-1.scope
0::/user.slice/user-1000.slice/session-1.scope
`,
};

/** A router: v1 alone, mounted by hand, one controller each. */
export const plain_v1: HostText = {
  mountinfo: `\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
`,
  cgroup: "4:memory:/service\n1:cpu:/\n0::/\n",
};

/** Fedora: v2 alone, a shell in a session. */
export const fedora: HostText = {
  mountinfo: `\
24 1 0:35 /root / rw,relatime shared:1 - btrfs /dev/vda3 rw,subvol=/root
31 25 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`,
  cgroup: "0::/user.slice/user-1000.slice/session-3.scope\n",
};

/** Inside a Docker container on v1, in the cgroup namespace of the host: the mounts are bind mounts of its own cgroup. */
export const docker_v1: HostText = {
  mountinfo: `\
519 518 0:56 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
520 519 0:27 /docker/4f8c /sys/fs/cgroup/systemd ro,nosuid,nodev,noexec,relatime master:11 - cgroup cgroup rw,xattr,name=systemd
523 519 0:31 /docker/4f8c /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:15 - cgroup cgroup rw,memory
`,
  cgroup:
    "7:memory:/docker/4f8c/inner\n1:name=systemd:/docker/4f8c\n0::/system.slice/docker.service\n",
};

/** Inside a Docker container on v2, with a cgroup namespace of its own. */
export const docker_v2: HostText = {
  mountinfo: `\
640 639 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate
`,
  cgroup: "0::/\n",
};

/** In a new cgroup namespace with the mounts of the old: the root of the mount is two above, and it does not show where. */
export const unshared: HostText = {
  mountinfo: `\
31 25 0:28 /../.. /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw
`,
  cgroup: "0::/\n",
};

/** Windows Subsystem for Linux 2: hybrid, with drives that have a backslash in their names. */
export const wsl: HostText = {
  mountinfo: `\
60 55 0:18 / /usr/lib/wsl/drivers ro,nosuid,nodev,noatime - 9p drivers ro,dirsync,aname=drivers
68 55 0:32 / /sys/fs/cgroup ro,nosuid,nodev,noexec - tmpfs tmpfs ro,size=4096k,mode=755
69 68 0:33 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw,nsdelegate
70 68 0:34 / /sys/fs/cgroup/cpuset rw,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpuset
81 55 0:46 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\134
82 55 0:47 / /mnt/my\\040disk\\011\\012é rw,noatime - 9p D:\\134 rw
`,
  cgroup: "14:cpuset:/\n0::/init.scope\n",
};

/** The same hierarchy several times: an inner part read-only first, then all of it. */
export const repeated: HostText = {
  mountinfo: `\
31 25 0:28 /system.slice /mnt/part rw,relatime - cgroup2 cgroup2 rw
32 25 0:28 / /mnt/all ro,relatime - cgroup2 cgroup2 rw
33 25 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw
`,
  cgroup: "0::/system.slice/x.service\n",
};
