#!/bin/bash
# Runs a command on a real Linux kernel of another kind, under QEMU without KVM.
#
#   test/vm/vm.sh [options] -- DIR COMMAND [ARG...]
#
# DIR appears in the machine under the same path, as a throw-away copy (what the command writes is lost, unless --get
# names it); COMMAND runs there as root. Its stdout, stderr and exit status become those of this script.
# 124: time limit reached; 125: the machine itself failed, with the reason on stderr.
#
#   --arch x64|arm64          kind of machine (x64)
#   --mem MB --cpus N         its size (2048, 2)
#   --timeout S               limit for the whole run (900)
#   --cgroup v2|v1|hybrid     what is mounted on /sys/fs/cgroup (v2)
#   --init script|systemd     what is PID 1 (script)
#   --apparmor on|off         boot with AppArmor as a security module (on)
#   --append "ARGS"           more arguments for the kernel
#   --get PATH                copy PATH, relative to DIR, back into DIR
#   --log FILE                keep what the kernel says in FILE
#   --verbose                 say where the time goes
#
# Environment: VM_CACHE (~/.cache/wrun-vm), VM_NODE (version of Node in the machine).
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)

say() { echo "vm.sh: $*" >&2; }
die() { say "$*"; exit 125; }
note() { [ "$verbose" = 0 ] || say "$((($(date +%s%N) - t0) / 1000000)) ms: $*"; }

arch=x64 mem=2048 cpus=2 timeout=900 cgroup=v2 init=script apparmor=on append='' get='' log='' verbose=0
t0=$(date +%s%N)
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    --verbose) verbose=1; shift ;;
    --help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    --arch | --mem | --cpus | --timeout | --cgroup | --init | --apparmor | --append | --get | --log)
      [ $# -ge 2 ] || die "$1 needs a value"
      printf -v "${1#--}" %s "$2"
      shift 2 ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
done
[ $# -ge 2 ] || die "usage: vm.sh [options] -- DIR COMMAND [ARG...]"
dir=$(cd "$1" 2>/dev/null && pwd -P) || die "no such directory: $1"
shift
case $arch in
  x64) deb=amd64 qemu=qemu-system-x86_64 machine=pc cpu=max console=ttyS0 ;;
  # Without pauth=off every return of a function costs an emulated hash: four times slower.
  arm64) deb=arm64 qemu=qemu-system-aarch64 machine=virt cpu=max,pauth=off console=ttyAMA0 ;;
  *) die "--arch is x64 or arm64, not $arch" ;;
esac
case $init,$cgroup in
  script,v2 | script,v1 | script,hybrid) systemd= ;;
  systemd,v2) systemd=systemd.unified_cgroup_hierarchy=1 ;;
  systemd,hybrid) systemd=systemd.unified_cgroup_hierarchy=0 ;;
  systemd,v1) systemd="systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1" ;;
  *) die "--init is script or systemd, --cgroup is v2, v1 or hybrid, not $init and $cgroup" ;;
esac
case $apparmor in on) append="apparmor=1 $append" ;; off) append="apparmor=0 $append" ;; *) die "--apparmor is on or off" ;; esac
[ "$(id -u)" = 0 ] || die "run me as root: the files in the machine's image have many owners"
PATH=$PATH:/usr/sbin:/sbin
for tool in $qemu mkfs.ext4 cpio gzip dpkg-deb apt-get npm depmod flock; do
  command -v $tool >/dev/null ||
    die "$tool is missing (Debian: qemu-system-x86 qemu-system-arm e2fsprogs cpio kmod util-linux, and npm)"
done

tmp=$(mktemp -d "${TMPDIR:-/tmp}/vm.XXXXXX")
pids=
base=
cleanup() {
  for pid in $pids; do kill "$pid" 2>/dev/null || :; done
  rm -rf "$tmp" ${base:+"$base.$$"}
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The machine, once for each architecture and whenever image.sh or Node's version changes.
cache=${VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wrun-vm}
node=${VM_NODE:-20.20.2}
. "$here/image.sh"
key=$(cat "$here/image.sh" "$here/guest/boot" | sha256sum | cut -c1-12)
base=$cache/$arch-$node-$key
mkdir -p "$cache" || die "cannot make $cache"
if [ ! -e "$base/root" ]; then
  exec 9>"$base.lock"
  flock 9
  [ -e "$base/root" ] || build
  exec 9>&-
fi
note "machine ready"

# DIR as a disk. Both disks are attached as snapshots: the machine may write, the images stay as they are.
disk "$dir" "$tmp/tree"
note "image of $dir made"

# What this run adds to the initial file system: a second archive behind the first, so that no image is built for it.
mkdir -p "$tmp/add/vm"
cp "$here"/guest/{env,init,run} "$tmp/add/vm/"
{
  printf 'dir=%q cgroup=%q init=%q get=%q\n' "$dir" "$cgroup" "$init" "$get"
  # setsid of util-linux: the one of busybox would run busybox's own applets for the command.
  printf 'go() { exec /usr/bin/setsid'
  printf ' %q' "$@"
  printf '; }\n'
} >"$tmp/add/vm/conf"
(cd "$tmp/add" && find vm | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$tmp/add.gz" || die "cpio failed"
cat "$base/initrd" "$tmp/add.gz" >"$tmp/initrd"

: >"$tmp/out"
: >"$tmp/err"
: >"$tmp/control"
: >"$tmp/get.tar"
ports=()
for port in 1:out 2:err 3:control 4:get.tar; do
  ports+=(-chardev "file,id=c${port%:*},path=$tmp/${port#*:},append=on"
    -device "virtserialport,bus=vs.0,nr=${port%:*},chardev=c${port%:*}")
done
# ioeventfd=off: a write to a port is in the host's file before write(2) returns inside, so that a reset loses nothing.
# shellcheck disable=SC2086
TMPDIR=$tmp timeout -k 5 "$timeout" $qemu -nodefaults -no-user-config -display none -no-reboot \
  -machine $machine -cpu $cpu -accel tcg,thread=multi,tb-size=512 -smp "$cpus" -m "$mem" \
  -kernel "$base/kernel" -initrd "$tmp/initrd" \
  -append "console=$console quiet panic=-1 nokaslr mitigations=off audit=0 random.trust_cpu=on cryptomgr.notests rcupdate.rcu_expedited=1 no_timer_check $systemd $append" \
  -chardev file,id=console,path="$tmp/console" -serial chardev:console \
  -drive if=none,id=d0,file="$base/root",format=raw,snapshot=on -device virtio-blk-pci,drive=d0 \
  -drive if=none,id=d1,file="$tmp/tree",format=raw,snapshot=on -device virtio-blk-pci,drive=d1 \
  -device virtio-serial-pci,id=vs,ioeventfd=off "${ports[@]}" </dev/null >"$tmp/qemu" 2>&1 &
vm=$!
pids=$vm
tail -c +1 -f -s 0.1 --pid=$vm "$tmp/out" 2>/dev/null &
t1=$!
tail -c +1 -f -s 0.1 --pid=$vm "$tmp/err" >&2 2>/dev/null &
t2=$!
if [ "$verbose" = 1 ]; then
  until [ -s "$tmp/control" ] || ! kill -0 $vm 2>/dev/null; do sleep 0.05; done
  note "command started"
fi
ended=0
wait $vm || ended=$?
wait $t1 $t2 || :
pids=
note "machine gone"
[ -z "$log" ] || cp "$tmp/console" "$log"
if status=$(sed -n 's/^exit \([0-9]*\)$/\1/p' "$tmp/control") && [ -n "$status" ]; then
  [ -z "$get" ] || tar -C "$dir" -xf "$tmp/get.tar" || die "cannot unpack $get"
  exit "$status"
fi
if [ $ended = 124 ] || [ $ended = 137 ]; then
  say "time limit of $timeout s reached"
  exit 124
fi
{ cat "$tmp/qemu"; tail -n 15 "$tmp/console"; } >&2 || :
die "the machine ended without a result (QEMU status $ended; its last words, if any, are above)"
