#!/bin/sh
# Makes what boots: Debian's kernel, its modules for vsock and the NSM, and our init, compiled by the pinned compiler.
# usage: boot.sh FOLDER WORK       writes FOLDER/bzImage, init, modules/*.ko, order (the modules' load order), cmdline
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
boot=$1 work=$2
mkdir -p "$boot/modules"

locked deb | while read -r kind _ name version _ _ where; do
    case $name in
        linux-image-*) unpack_deb "$(input_file "$kind" "$name" "$version" "$where")" "$work/kernel" ;;
        libc6 | tcc | musl-dev) unpack_deb "$(input_file "$kind" "$name" "$version" "$where")" "$work/compiler" ;;
    esac
done
cp "$work"/kernel/boot/vmlinuz-* "$boot/bzImage"

# Each after those it depends on. The loopback is for tests inside an enclave; virtio_mmio finds the devices.
unpack_xz() {
    if command -v xz > /dev/null 2>&1; then
        xz -dc "$1"
    else
        python3 -c 'import lzma, sys; sys.stdout.buffer.write(lzma.open(sys.argv[1]).read())' "$1" 2> /dev/null ||
            fail 'missing: xz, which unpacks the kernel'"'"'s modules' 'your distribution has it: on Debian in the package xz-utils'
    fi
}
: > "$boot/order"
for module in vsock vmw_vsock_virtio_transport_common vmw_vsock_virtio_transport vsock_loopback virtio_mmio nsm; do
    found=$(find "$work/kernel" -name "$module.ko.xz")
    [ -n "$found" ] || fail "the pinned kernel has no module $module" "eif-build/image/boot.sh has to be changed"
    unpack_xz "$found" > "$boot/modules/$module.ko"
    printf '%s\n' "$module" >> "$boot/order"
done

# The host's compiler would put its own version into PCR1. This one is pinned, and runs through the pinned libc's loader on any x86_64 Linux.
gnu=$work/compiler/usr/lib/x86_64-linux-gnu
musl=$work/compiler/usr/lib/x86_64-linux-musl
"$gnu/ld-linux-x86-64.so.2" --library-path "$gnu" "$work/compiler/usr/bin/tcc" -Wall -Werror -static -nostdinc -nostdlib -B"$gnu/tcc" \
    -I"$work/compiler/usr/include/x86_64-linux-musl" -I"$gnu/tcc/include" -o "$boot/init" \
    "$musl/crt1.o" "$musl/crti.o" "$root/eif-build/init/init.c" "$musl/libc.a" "$gnu/tcc/libtcc1.a" "$musl/crtn.o" ||
    fail "the init does not compile" "eif-build/init/init.c"

# reboot=t: the machine ends when the init or a panic restarts it. Not quiet: a boot that hangs shows where.
printf '%s\n' 'console=ttyS0 reboot=t panic=-1 random.trust_cpu=on' > "$boot/cmdline"
