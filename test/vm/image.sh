# Sourced by vm.sh. Makes the machine that does not change: kernel, initrd and root, from Debian's packages and a
# Node from npm, in $base. Needs root: the owners of the files inside the image come from unpacking as root.

# The packages are unpacked without their maintainer scripts, which could not run for another architecture.
packages="apparmor base-files base-passwd bash busybox-static coreutils criu crun dash dbus diffutils findutils grep gzip
 hostname iproute2 iptables kmod libc-bin libcap2-bin libstdc++6 mawk mount ncurses-base netbase nftables procps runc sed
 strace systemd tar uidmap util-linux"

isolated() { # apt-get or apt-cache, for $deb only, blind to what this host has installed
  local program=$1
  shift
  "$program" -o Debug::NoLocking=true -o APT::Sandbox::User=root -o APT::Install-Recommends=false \
    -o APT::Architecture="$deb" -o APT::Architectures="$deb" -o Dir::State::Lists="$work/lists" \
    -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o Dir::Etc::preferencesparts=/dev/null "$@"
}

apt() {
  isolated apt-get -qq -y "$@" >>"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; die "apt-get $1 failed"; }
}

unpack() { # FILE.deb DIR
  dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink \
    --exclude './usr/share/doc/*' --exclude './usr/share/man/*' --exclude './usr/share/locale/*' \
    --exclude './usr/share/info/*' --exclude './usr/share/bug/*' --exclude './usr/share/lintian/*'
}

disk() { # DIR FILE: an ext4 image with the files of DIR and about 1 GB to spare
  local kb inodes
  kb=$(du -sk --apparent-size "$1" | cut -f1)
  inodes=$(find "$1" | wc -l)
  rm -f "$2"
  mkfs.ext4 -q -F -m 0 -O ^has_journal -E root_owner=0:0 -N $((inodes * 5 / 4 + 20000)) -d "$1" "$2" \
    $((kb + inodes * 4 + 1048576))k >"$tmp/mkfs" 2>&1 || { tail -n 3 "$tmp/mkfs" >&2; die "mkfs.ext4 failed for $1"; }
}

root_tree() { # the root file system in $root
  local directory file
  for directory in bin sbin lib; do ln -s "usr/$directory" "$root/$directory"; done
  if [ "$arch" = x64 ]; then mkdir "$root/usr/lib64" && ln -s usr/lib64 "$root/lib64"; fi
  for file in "$work"/cache/archives/*.deb "$work"/kernel/*.deb; do unpack "$file" "$root"; done
  tar -xzf "$work"/node-linux-*.tgz -O package/bin/node >"$root/usr/bin/node"
  chmod 755 "$root/usr/bin/node"
  depmod -b "$root" "$version"
  mkdir -p "$root"/{proc,sys,dev,run,tmp,root,etc,var/tmp,var/lib/dbus}
  chmod 1777 "$root"/tmp "$root"/var/tmp
  chmod 700 "$root/root"
  [ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
  ln -sf mawk "$root/usr/bin/awk"
  for file in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf xtables-nft-multi "$root/usr/sbin/$file"
  done
  ln -sf /proc/self/mounts "$root/etc/mtab"
  accounts
}

accounts() { # /etc: what the maintainer scripts would have written, and the two users of the tests
  local name uid etc=$root/etc
  sed 's/^root:\*:/root:x:/' "$root/usr/share/base-passwd/passwd.master" >"$etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$etc/group"
  echo 'messagebus:x:101:101::/nonexistent:/usr/sbin/nologin' >>"$etc/passwd"
  echo 'messagebus:x:101:' >>"$etc/group"
  for name in wrun-test:1100 wrun-test-subids:1101; do
    uid=${name#*:} name=${name%:*}
    echo "$name:x:$uid:$uid::/home/$name:/bin/sh" >>"$etc/passwd"
    echo "$name:x:$uid:" >>"$etc/group"
    install -d -m 700 -o "$uid" -g "$uid" "$root/home/$name"
  done
  echo wrun-test-subids:3000000:65536 | tee "$etc/subuid" >"$etc/subgid"
  echo vm >"$etc/hostname"
  printf '127.0.0.1 localhost vm\n::1 localhost\n' >"$etc/hosts"
  : >"$etc/machine-id"
  : >"$etc/fstab"
  : >"$etc/resolv.conf"
}

initrd() { # the initial file system, in $work/out: busybox and the modules of the disks, in the order they load
  local tree=$work/initrd module file
  mkdir -p "$tree"/{bin,modules}
  cp "$root/usr/bin/busybox" "$tree/bin/busybox"
  for module in virtio_pci virtio_blk virtio_console; do
    modprobe -d "$root" -S "$version" -D --ignore-install "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done >"$work/modules"
  while read -r module; do
    file=${module##*/}
    [ -e "$tree/modules/$file" ] || { cp "$module" "$tree/modules/" && echo "$file" >>"$tree/modules/order"; }
  done <"$work/modules"
  install -m 755 "$here/guest/boot" "$tree/init"
  (cd "$tree" && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$work/out/initrd"
}

build() {
  local work=$tmp/build root=$tmp/build/root version
  mkdir -p "$work"/{lists/partial,cache/archives/partial,kernel,out} "$root"/usr/{bin,sbin,lib}
  : >"$work/status"
  say "building the $arch machine, once, in $cache (half a minute or so)"
  apt update
  version=$(isolated apt-cache depends "linux-image-cloud-$deb" | sed -n 's/^ *Depends: linux-image-\([^ ]*\)$/\1/p' | head -n 1)
  [ -n "$version" ] || die "no linux-image-cloud-$deb in the package lists"
  # shellcheck disable=SC2086
  apt install --download-only $packages
  (cd "$work/kernel" && apt download "linux-image-$version")
  npm pack --silent --pack-destination "$work" "node-linux-$arch@$node" >>"$work/log" 2>&1 ||
    die "npm cannot fetch node-linux-$arch@$node (VM_NODE=x.y.z picks another version)"
  root_tree
  initrd
  mv "$root/boot/vmlinuz-$version" "$work/out/kernel"
  rm -rf "$root/boot"
  disk "$root" "$work/out/root"
  # Machines of older recipes that nobody has used for a month.
  find "$cache" -maxdepth 1 -name "$arch-*" -mtime +30 -exec rm -rf {} +
  # Renamed in one step: a build cut short leaves nothing that looks whole.
  rm -rf "$base" "$base.$$"
  cp -r --sparse=always "$work/out" "$base.$$" && mv "$base.$$" "$base"
  rm -rf "$work"
}
