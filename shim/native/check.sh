#!/bin/sh
# Builds init once more and compares it, byte for byte, with the files that are shipped: `npm run check:init`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$here/build.sh" "$out"
status=0
for file in init-x64 init-arm64; do
  if cmp "$out/$file" "$here/$file"; then
    echo "$file: $(wc -c <"$here/$file") bytes, as init.c gives them"
  else
    echo "$file is not what init.c gives: run shim/native/build.sh and commit it" >&2
    status=1
  fi
done
exit $status
