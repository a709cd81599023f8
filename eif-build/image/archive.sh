#!/bin/sh
# Puts every pinned input into one file: an image can be made again only as long as its inputs are kept, and archives drop old versions.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
sh "$root/eif-build/image/fetch.sh"
say_inputs
mkdir -p "$root/artifacts"
archive=$root/artifacts/nitro-image-inputs-$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock" | sha256sum | cut -c 1-12).tar
cp "$lock" "$inputs/image.lock"
files=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock" | while read -r kind _ name version _ _ where; do
    [ "$kind" = sdk ] || input_file "$kind" "$name" "$version" "$where" | sed "s|^$inputs/||"
done | sort)
# Sorted, owned by nobody, undated: the same inputs give the same archive.
# shellcheck disable=SC2086
(cd "$inputs" && chmod -R u+rw,go+r . && tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=u=rw,go=r -cf "$archive" image.lock $files)
say "$archive: $(($(stat -c %s "$archive") / 1000000)) MB, SHA-256 $(digest "$archive")"
say 'To build from it, on a machine without network too:'
say "  mkdir inputs && tar -xf $(basename "$archive") -C inputs && make image NITRO_IMAGE_INPUTS=\$PWD/inputs"
say "It does not hold the .NET SDK $(locked_version apphost), which installs as it does everywhere: keep its installer as well."
