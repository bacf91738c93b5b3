#!/bin/sh
# Builds init for both architectures into DIR (default: beside this file). Reproducible: no build id, no paths, no dates.
# Needs gcc and gcc-aarch64-linux-gnu of Debian 12; `npm run check:init` compares with the files that are shipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
flags='-std=c11 -Os -Wall -Wextra -Werror -static -nostdlib -ffreestanding -fno-stack-protector -fno-pic -no-pie
  -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -fcf-protection=none -fno-ident
  -Wl,-z,noseparate-code -Wl,--build-id=none -Wl,-z,noexecstack
  -Wl,-z,norelro -Wl,--no-dynamic-linker'
cd "$here"
gcc $flags -s -o "$out/init-x64" init.c
aarch64-linux-gnu-gcc $(echo $flags | sed 's/-fcf-protection=none//') -mno-outline-atomics -s -o "$out/init-arm64" init.c
for f in init-x64 init-arm64; do chmod 755 "$out/$f"; done
