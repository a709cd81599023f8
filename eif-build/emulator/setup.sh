#!/bin/sh
# Sets up, once, what boots an enclave image without AWS: QEMU's nitro-enclave machine, built here from Debian's source package because no
# Debian build of QEMU has it (it needs libcbor), and vhost-device-vsock, taken from Debian as it is.
# Everything comes through apt, which checks signatures and digests; nothing of it is installed, and the machine's own apt is not changed,
# except that root gets missing build packages installed. A second run finds it all there.
# Environment: NITRO_EMULATOR_CACHE (the folder), DEBIAN_MIRROR (the archive's URI).
# Exit codes: 0 it is there, 1 a step failed, 3 the machine lacks something.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=paths.sh
. "$here/paths.sh"

needed_mb=1000
release=trixie        # QEMU 10.0, its firmware and the meson that builds it
backend_release=sid   # the only one with vhost-device-vsock
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say() { printf '%s\n' "$*"; }
lacks() { # message: what the machine lacks
    printf 'emulator: %s\n' "$*" >&2
    exit 3
}

if emulator_works; then
    say "The emulator is set up in $emulator"
    sed 's/^/  /' "$emulator/versions"
    exit 0
fi

# What the machine must have.
[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || lacks "this machine is $(uname -s) $(uname -m): the emulator is set up on Linux x86_64 only"
for tool in apt-get dpkg dpkg-deb flock setsid; do
    command -v "$tool" >/dev/null 2>&1 || lacks "there is no $tool: the set-up takes sources and programs from the Debian archive, so it needs Debian or a system like it"
done

missing=
wants() { # package, test
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
find_missing() {
    missing=
    wants gcc command -v gcc
    wants libc6-dev installed libc6-dev
    wants make command -v make
    wants ninja-build command -v ninja
    wants pkgconf command -v pkg-config
    wants xz-utils command -v xz
    wants python3 command -v python3
    wants python3-venv python3 -c 'import venv, ensurepip, pyexpat'
    for package in libglib2.0-dev libcbor-dev libgnutls28-dev zlib1g-dev libfdt-dev; do
        wants "$package" installed "$package"
    done
    wants debian-archive-keyring test -f "$keyring"
    wants ca-certificates test -f /etc/ssl/certs/ca-certificates.crt
}
find_missing
if [ -n "$missing" ] && [ "$(id -u)" -ne 0 ]; then
    say "emulator: these packages are missing:$missing" >&2
    say "install them, then come again:" >&2
    say "  sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
    exit 3
fi

# The archive's URI is the machine's own, so that its mirror and its proxy are used. Asked this way, apt needs no package lists.
archive() {
    apt-get --print-uris update 2>/dev/null |
        sed -n "s|^'\([^']*/\)dists/\([^/']*\)/\(In\)\{0,1\}Release'.*|\1 \2|p" |
        awk '$1 !~ /security/ && $2 !~ /-/ && !found { print $1; found = 1 }'
}
mirror=${DEBIAN_MIRROR:-}
if [ -z "$mirror" ]; then
    system=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-unknown}")
    [ "$system" = debian ] || lacks "this is $system, not Debian: set DEBIAN_MIRROR to the URI of a Debian archive"
    mirror=$(archive)
    [ -n "$mirror" ] || lacks "this machine's apt names no Debian archive: set DEBIAN_MIRROR to the URI of one"
fi

case $emulator_cache in
    /*[[:space:]:]*) lacks "$emulator_cache has a space or a colon in its name, which QEMU's build does not take: set NITRO_EMULATOR_CACHE to another folder" ;;
    /*) ;;
    *) lacks "NITRO_EMULATOR_CACHE is \"$emulator_cache\": give an absolute path" ;;
esac
mkdir -p "$emulator_cache" || lacks "$emulator_cache cannot be made: set NITRO_EMULATOR_CACHE to a folder that you can write"
[ -w "$emulator_cache" ] || lacks "$emulator_cache cannot be written: set NITRO_EMULATOR_CACHE to a folder that you can write"

# One at a time. The kernel gives the lock up with the process, so a set-up that was killed blocks nobody.
exec 9>"$emulator_cache/nitro-emulator-lock"
if ! flock -n 9; then
    say "Another set-up of the emulator is at work: waiting for it."
    flock 9
    if emulator_works; then
        say "The emulator is set up in $emulator"
        exit 0
    fi
fi
rm -rf "$emulator_cache"/nitro-emulator-work.*

free_mb=$(($(df -Pk "$emulator_cache" | awk 'NR == 2 { print $4 }') / 1024))
[ "$free_mb" -ge "$needed_mb" ] || lacks "$emulator_cache has $free_mb MB free and the set-up needs $needed_mb MB: free some, or set NITRO_EMULATOR_CACHE to another folder"

say "Setting up the emulator, once: QEMU from Debian's source package, and vhost-device-vsock."
say "  folder     $emulator"
say "  archive    $mirror"
say "  it takes   about 75 MB of download, $needed_mb MB of disk while it builds (11 MB stay), some 2 to 10 minutes"
[ -z "$missing" ] || say "  installs  $missing"

work=$emulator_cache/nitro-emulator-work.$$
logs=$emulator_cache/nitro-emulator-logs
running=
clean_up() {
    status=$?
    trap - EXIT
    trap '' HUP INT PIPE TERM # nobody may be there any more to read what is printed: that must not keep the folder
    if [ -n "$running" ]; then
        kill -TERM -- "-$running" 2>/dev/null || true
        wait "$running" 2>/dev/null || true
    fi
    rm -rf "$work"
    exit $status
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
rm -rf "$logs"
mkdir -p "$work" "$logs"

# Progress: a bar on a terminal, a line for each tenth elsewhere.
shown=-1
bar() { # label, done, total, unit
    [ "$3" -gt 0 ] || return 0
    percent=$((100 * $2 / $3))
    [ "$percent" -le 100 ] || percent=100
    if [ -t 1 ]; then
        [ "$percent" -ne "$shown" ] || return 0
        filled=$(printf '%*s' $((percent * 30 / 100)) '' | tr ' ' '#')
        printf '\r  %-10s [%-30s] %3d%%  %s of %s %s ' "$1" "$filled" "$percent" "$2" "$3" "$4"
        shown=$percent
    elif [ $((percent / 10)) -ne $((shown / 10)) ] || [ "$shown" -lt 0 ]; then
        printf '  %-10s %3d%%  %s of %s %s\n' "$1" "$percent" "$2" "$3" "$4"
        shown=$percent
    fi
}
no_probe() { printf '0 0\n'; }

# Runs a command in a session of its own (so that all of it can be ended), its output in a log, and shows how far it is.
step() { # label, log, unit, probe (prints "done total"), command…
    label=$1 log=$logs/$2.log unit=$3 probe=$4
    shift 4
    shown=-1
    started=$(date +%s)
    [ "$probe" != no_probe ] || [ ! -t 1 ] || printf '  %-10s …' "$label"
    setsid "$@" >"$log" 2>&1 </dev/null 9>&- &
    running=$!
    while kill -0 "$running" 2>/dev/null; do
        read -r steps_done steps_total <<PROBE
$($probe)
PROBE
        bar "$label" "$steps_done" "$steps_total" "$unit"
        sleep 1
    done
    status=0
    wait "$running" || status=$?
    running=
    [ ! -t 1 ] || printf '\r\033[K'
    if [ "$status" -ne 0 ]; then
        say "emulator: the step \"$label\" failed (exit code $status); the end of $log:" >&2
        tail -n 25 "$log" | sed 's/^/  | /' >&2
        [ "$unit" != MB ] || say "The archive was $mirror; if it is at fault, DEBIAN_MIRROR=URI names another." >&2
        exit 1
    fi
    printf '  %-10s done in %s s\n' "$label" "$(($(date +%s) - started))"
}

if [ -n "$missing" ]; then
    step packages packages package no_probe sh -c '
        export DEBIAN_FRONTEND=noninteractive
        apt-get update && apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"' sh $missing
    find_missing
    [ -z "$missing" ] || lacks "still missing after installing:$missing; see $logs/packages.log"
fi

# An apt of our own, beside the machine's: other lists, another cache, no state of installed packages.
apt=$work/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts" "$apt/download"
: >"$apt/status"
cat >"$apt/sources.list" <<LIST
deb [signed-by=$keyring] $mirror $release main
deb-src [signed-by=$keyring] $mirror $release main
deb [signed-by=$keyring] $mirror $backend_release main
LIST
cat >"$apt/conf" <<CONF
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "$apt/parts";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "$apt/parts";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "$(id -un)";
APT::Update::Post-Invoke-Success "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
CONF
export APT_CONFIG="$apt/conf"

step lists lists MB no_probe apt-get -o APT::Update::Error-Mode=any update

version() { # package: its version in our release, not sid's
    apt-cache madison "$1" | awk -F ' *[|] *' -v suite="$2/main" '$3 ~ suite && $3 !~ /Sources/ { print $2; exit }'
}
meson=$(version meson "$release")
seabios=$(version seabios "$release")
data=$(version qemu-system-data "$release")
vhost=$(version vhost-device-vsock "$backend_release")
[ -n "$meson" ] && [ -n "$seabios" ] && [ -n "$data" ] && [ -n "$vhost" ] ||
    { say "emulator: $mirror does not serve all of meson ($meson), seabios ($seabios), qemu-system-data ($data) of $release and vhost-device-vsock ($vhost) of $backend_release" >&2; exit 1; }

fetched() { printf '%s %s\n' "$(($(du -sk "$apt/download" | cut -f 1) / 1024))" "$fetch_mb"; }
packages="meson=$meson seabios=$seabios qemu-system-data=$data vhost-device-vsock=$vhost"
cd "$apt/download"
# shellcheck disable=SC2086
fetch_mb=$({ apt-get source --download-only --tar-only --print-uris "qemu/$release"; apt-get download --print-uris $packages; } 2>/dev/null |
    awk '/^\x27/ { bytes += $3 } END { print int(bytes / 1048576) + 1 }')
# shellcheck disable=SC2016,SC2086
step download download MB fetched sh -c 'apt-get source --download-only --tar-only "$0" && apt-get download "$@"' "qemu/$release" $packages

# Unpacks; no maintainer script runs.
mkdir -p "$work/source" "$work/debs" "$work/python"
step unpack unpack file no_probe sh -c '
    tar -xf "$1"/qemu_*.orig.tar.xz -C "$2/source" --strip-components 1
    for package in "$1"/*.deb; do dpkg-deb -x "$package" "$2/debs"; done' sh "$apt/download" "$work"
rm -rf "$apt"
unset APT_CONFIG

# The archive's source has no firmware binaries and needs none here; the tests are not built.
cd "$work/source"
sed -i -e "/^subdir('pc-bios')$/d" -e "/^ *subdir('tests/d" meson.build
# With ACPI the firmware puts its tables at the very top of the memory, and QEMU the ramdisks, over them: an image whose ramdisks happen to
# end in the last 896 bytes of a page loses its interrupts, or minutes to a checksum over a table of gigabytes. QEMU's pc machine leaves this room.
sed -i 's/x86_load_linux(x86ms, fw_cfg, 0, true);/x86_load_linux(x86ms, fw_cfg, 0x28000, true);/' hw/i386/nitro_enclave.c
grep -q 'fw_cfg, 0x28000, true' hw/i386/nitro_enclave.c || { say "emulator: QEMU $(cat VERSION) loads ramdisks in another way than the one that is mended here" >&2; exit 1; }
printf '%s\n' CONFIG_PCI_DEVICES=n CONFIG_MICROVM=y CONFIG_NITRO_ENCLAVE=y >configs/devices/x86_64-softmmu/nitro.mak
qemu=$(cat VERSION)
# configure asks pip for a wheel that only the tests use: its name and version are enough.
cp -r "$work/debs/usr/lib/python3/dist-packages/." "$work/python"
mkdir -p "$work/python/pycotap-1.3.1.dist-info"
printf '%s\n' 'Metadata-Version: 2.1' 'Name: pycotap' 'Version: 1.3.1' >"$work/python/pycotap-1.3.1.dist-info/METADATA"
export PYTHONPATH="$work/python"
export PYTHONDONTWRITEBYTECODE=1
mkdir "$work/build"
cd "$work/build"
step configure configure step no_probe "$work/source/configure" --target-list=x86_64-softmmu \
    --without-default-features --without-default-devices --with-devices-x86_64=nitro --disable-docs --disable-download --disable-tools \
    --disable-guest-agent --disable-install-blobs --enable-tcg --enable-kvm --enable-gnutls --enable-libcbor --enable-vhost-user --enable-fdt=system

export NINJA_STATUS='[%f/%t] '
compiled() { tail -n 1 "$logs/compile.log" 2>/dev/null | sed -n 's/^\[\([0-9]*\)\/\([0-9]*\)\].*/\1 \2/p' | grep . || no_probe; }
step compile compile steps compiled ninja qemu-system-x86_64

# The result appears whole or not at all.
result=$work/result
mkdir -p "$result/firmware"
strip -o "$result/qemu-system-x86_64" qemu-system-x86_64
cp "$work/debs/usr/bin/vhost-device-vsock" "$result/"
cp "$work/debs/usr/share/seabios/bios-microvm.bin" "$result/firmware/"
for file in qboot.rom linuxboot_dma.bin linuxboot.bin pvh.bin kvmvapic.bin; do
    cp "$work/debs/usr/share/qemu/$file" "$result/firmware/"
done
"$result/qemu-system-x86_64" -machine help | grep -q '^nitro-enclave ' || { say "emulator: this QEMU has no nitro-enclave machine; see $logs/configure.log" >&2; exit 1; }
if ! "$result/vhost-device-vsock" --version >"$logs/vhost.log" 2>&1; then
    say "emulator: vhost-device-vsock $vhost of Debian $backend_release does not run on this machine:" >&2
    sed 's/^/  | /' "$logs/vhost.log" >&2
    exit 1
fi
cat >"$result/versions" <<VERSIONS
QEMU $qemu, nitro-enclave machine, from Debian $release's source
vhost-device-vsock $vhost, from Debian $backend_release
firmware: seabios $seabios, qemu-system-data $data; built with meson $meson, $(gcc --version | head -n 1)
VERSIONS
rm -rf "$emulator_cache"/nitro-emulator-[0-9]*
mv "$result" "$emulator"
say "The emulator is set up in $emulator"
sed 's/^/  /' "$emulator/versions"
