#!/bin/sh
# Lays out the root filesystem of an image: the published application, the models, the shared libraries they need, and nothing else; no shell,
# no package manager, no /etc. Also writes the command and the environment, one item a line.
# usage: rootfs.sh ROOTFS CMD ENV WORK       MODEL="name[:version]=file …", checked by check-models.sh
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
rootfs=$1 cmd=$2 env=$3 work=$4

mkdir -p "$rootfs/app" "$rootfs/models" "$rootfs/lib64" "$rootfs/lib/x86_64-linux-gnu"
say 'Publishing the application: self-contained, trimmed, compiled ahead (about a minute)'
sh "$root/eif-build/image/publish.sh" "$work/published" "$work/publish"
cp -R "$work/published/." "$rootfs/app/"

# The libraries by the names that programs ask for; what else the packages hold stays out.
say 'Libraries'
locked deb | while read -r kind part name version _ _ where; do
    [ "$part" = boot ] || unpack_deb "$(input_file "$kind" "$name" "$version" "$where")" "$work/libraries"
done
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6 libssl.so.3 libcrypto.so.3 libz.so.1 libzstd.so.1; do
    found=$(find "$work/libraries" -name "$name" | head -n 1)
    [ -n "$found" ] || fail "the pinned packages hold no $name" "eif-build/image/rootfs.sh has to be changed"
    cp -L "$found" "$rootfs/lib/x86_64-linux-gnu/$name"
done
loader=$rootfs/lib64/ld-linux-x86-64.so.2
cp -L "$(find "$work/libraries" -name ld-linux-x86-64.so.2 | head -n 1)" "$loader"

printf '%s\n' /app/nitro-enclave --listen vsock:any:8000 > "$cmd"
sh "$root/eif-build/image/place-models.sh" "$rootfs/models" >> "$cmd"
# No telemetry, whose cache and device id would be written; no diagnostic socket.
printf '%s\n' ORT_DISABLE_TELEMETRY=1 DOTNET_EnableDiagnostics=0 > "$env"

# What a file may do is stated here, and not left to the packages it came from or to whoever builds.
find "$rootfs" -type d -exec chmod 755 {} +
find "$rootfs" -type f -exec chmod 644 {} +
chmod 755 "$rootfs/app/nitro-enclave" "$loader"

# The image's own loader says whether everything that a program or a library asks for is there.
find "$rootfs/app" "$rootfs/lib" -type f \( -name '*.so' -o -name '*.so.*' -o -name nitro-enclave \) | sort | while read -r file; do
    if ! "$loader" --inhibit-cache --library-path "$rootfs/lib/x86_64-linux-gnu" --list "$file" > "$work/needed" 2>&1 || grep -q 'not found' "$work/needed"; then
        cat "$work/needed" >&2
        fail "${file#"$rootfs"} needs a library that the image does not hold" "eif-build/image/rootfs.sh lists them"
    fi
    if awk -v own="$rootfs/" '/=> \// && index($3, own) != 1 { exit 1 }' "$work/needed"; then :; else
        cat "$work/needed" >&2
        fail "${file#"$rootfs"} found a library outside the image" "eif-build/image/rootfs.sh lists them"
    fi
done
