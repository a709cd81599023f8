#!/bin/sh
# Boots an enclave image in QEMU's nitro-enclave machine and prints its console until the machine ends. Nothing outlives this script.
# The emulated NSM signs nothing: an emulated enclave shows that an image boots, what it measures and what it answers, and is no proof of anything.
# Exit codes: 0 the machine ended by itself, 1 QEMU refused the image or failed, or its kernel panicked or could not unpack it,
# 2 wrong usage, 3 not set up, or the machine lacks something.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=paths.sh
. "$here/paths.sh"

usage() {
    cat <<'TEXT'
run.sh IMAGE [options]      boots an enclave image and prints its console; Ctrl-C ends it

  --work FOLDER             where the sockets lie (vm.vsock is the enclave's); a temporary folder otherwise
  --cid N                   the guest's vsock CID, 3 to 4294967294; 4 otherwise
  --memory MIB              the guest's memory, three times the image's and 32 or more; 1024 otherwise
  --cpus N                  the guest's processors; 1 otherwise
  --accel tcg|kvm|auto      how the processor is emulated; tcg otherwise. auto takes KVM when a trial boot shows that it works
  --console FILE            the console goes there, not to standard output
  --id ID                   the enclave's module id in NSM answers; i-emulated-enc1 otherwise
  --parent-role ARN         the parent instance's role: PCR3 is its digest
  --parent-id ID            the parent instance's id: PCR4 is its digest
TEXT
}
refuse() { # message: wrong usage
    printf 'emulator: %s\n' "$*" >&2
    exit 2
}
quoted() { # a path, as a shell takes it
    case $1 in
        *[!A-Za-z0-9._/-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s' "$1" ;;
    esac
}
number() { # option, value, minimum, maximum
    case $2 in '' | *[!0-9]*) refuse "$1 is \"$2\"; it is a number from $3 to $4" ;; esac
    [ ${#2} -le 10 ] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || refuse "$1 is $2; it may be $3 to $4"
}

machine_memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
image=
folder=
cid=4
memory=1024
cpus=1
accel=tcg
console=
id=i-emulated-enc1
parent=
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --work | --cid | --memory | --cpus | --accel | --console | --id | --parent-role | --parent-id)
            [ $# -ge 2 ] && [ -n "$2" ] || refuse "$1 needs a value"
            # QEMU splits its options at commas; doubling one makes it part of the value.
            value=$(printf '%s' "$2" | sed 's/,/,,/g')
            case $1 in
                --work) folder=$2 ;;
                --cid) number --cid "$2" 3 4294967294; cid=$2 ;;
                --memory) number --memory "$2" 128 "$machine_memory"; memory=$2 ;;
                --cpus) number --cpus "$2" 1 64; cpus=$2 ;;
                --accel) case $2 in tcg | kvm | auto) accel=$2 ;; *) refuse "--accel is \"$2\"; it is tcg, kvm or auto" ;; esac ;;
                --console) console=$2 ;;
                --id) id=$value ;;
                --parent-role) parent=$parent,parent-role=$value ;;
                --parent-id) parent=$parent,parent-id=$value ;;
            esac
            shift
            ;;
        -*) refuse "there is no option $1: run.sh --help lists them" ;;
        *) [ -z "$image" ] || refuse "one image at a time: \"$image\" and \"$1\" were given"; image=$1 ;;
    esac
    shift
done

[ -n "$image" ] || refuse "which image? run.sh IMAGE, or make emulator-run IMAGE=…; run.sh --help lists the options"
[ -e "$image" ] || refuse "there is no image $image"
[ -f "$image" ] && [ -r "$image" ] || refuse "$image is no file that can be read"
[ "$(head -c 4 "$image" | od -An -tx1 | tr -d ' \n')" = 2e656966 ] ||
    refuse "$image is no enclave image: it does not begin with \".eif\". nitro-eif describe says more about an image"
# The image's ramdisks lie in the guest's memory while the kernel unpacks them into a filesystem that gets half of what is left at most: three times
# the image, and what the kernel itself takes (images of 85 and 235 MiB boot with this and fail with 20 MiB less). Compressed ones need more.
image_memory=$((($(stat -Lc %s -- "$image") + 1048575) / 1048576))
needed_memory=$((3 * image_memory + 32))
[ "$memory" -ge "$needed_memory" ] ||
    refuse "--memory is $memory MiB, too little for an image of $image_memory MiB: its kernel could not unpack it; expected $needed_memory or" \
        "more, such as --memory $((4 * image_memory + 32)) (nitro-cli asks for four times the image)"
# The console is read back to see how the machine fares: what keeps nothing would be waited for.
[ -z "$console" ] || [ ! -e "$console" ] || [ -f "$console" ] || [ "$console" = /dev/null ] ||
    refuse "--console: $console is no regular file, and the console is kept in one: name it, or leave --console out"
if ! emulator_works; then
    printf 'emulator: not set up in %s: run make emulator\n' "$emulator" >&2
    exit 3
fi

tail_process=
qemu_process=
vhost_process=
clock=
temporary=
ended() { # process: whether it is gone within five seconds
    tries=0
    while kill -0 "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -le 50 ] || return 1
        sleep 0.1
    done
}
stop() {
    for process in "$tail_process" "$qemu_process" "$vhost_process"; do
        [ -n "$process" ] || continue
        kill -TERM "$process" 2>/dev/null || true
        ended "$process" || kill -KILL "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    tail_process=
    qemu_process=
    vhost_process=
}
clean_up() {
    status=$?
    trap - EXIT
    trap '' HUP INT PIPE TERM # nobody may be there any more to read what is printed: that must not keep the machine and its folder alive
    stop
    [ -z "${sockets:-}" ] || rm -f "$sockets/vm.vsock" "$sockets/vhost.sock"
    [ -z "$temporary" ] || rm -rf "$temporary"
    exit $status
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
temporary=$(mktemp -d "${TMPDIR:-/tmp}/nitro-emulator.XXXXXX")

# sun_path holds 108 bytes with its closing zero (unix(7)); the guest's own connections come out at vm.vsock_PORT, ten digits at most.
if [ -n "$folder" ]; then
    mkdir -p "$folder" || refuse "--work: $folder cannot be made"
    folder=$(cd "$folder" && pwd -P)
else
    folder=$temporary
fi
length=$(printf '%s' "$folder/vm.vsock_4294967295" | wc -c)
[ "$length" -le 107 ] || refuse "--work: $folder is too long: with vm.vsock_PORT a Unix socket's path would have $length bytes of at most 107; choose a shorter folder"
exec 8<"$folder"
flock -n 8 || refuse "--work: another emulator uses $folder; choose another folder"
sockets=$folder
rm -f "$sockets/vm.vsock" "$sockets/vhost.sock"

start() { # accelerator, console file
    "$emulator_vhost" --vm "guest-cid=$cid,uds-path=$sockets/vm.vsock,socket=$sockets/vhost.sock" >"$temporary/vhost.log" 2>&1 </dev/null 8>&- &
    vhost_process=$!
    tries=0
    until [ -S "$sockets/vhost.sock" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ] || ! kill -0 "$vhost_process" 2>/dev/null; then
            printf 'emulator: vhost-device-vsock did not start:\n' >&2
            sed 's/^/  | /' "$temporary/vhost.log" >&2
            exit 1
        fi
        sleep 0.1
    done
    # shellcheck disable=SC2086
    set -- "$1" "$2" "$emulator_qemu" -L "$emulator_firmware" \
        -M "nitro-enclave,vsock=vsock,id=$id,acpi=on$parent" -chardev "socket,id=vsock,path=$(printf '%s' "$sockets/vhost.sock" | sed 's/,/,,/g')" \
        -accel "$1" $clock -cpu max -smp "$cpus" -m "$memory" -kernel "$image" \
        -nodefaults -display none -monitor none -serial stdio -no-reboot
    output=$2
    shift 2
    # QEMU unpacks the image into temporary files: into our folder, so that they go with it.
    TMPDIR=$temporary "$@" >"$output" 2>"$temporary/qemu.log" </dev/null 8>&- &
    qemu_process=$!
}

# Linux measures the processor's clock against an emulated timer. On a busy machine, where QEMU does not run without pause, that fails, and
# without a clock the guest hangs for ever. It says so within a second or two; then the machine is started anew with a clock that counts
# instructions, which is slower and cannot be disturbed.
hangs_without_clock() { # console file: waits until the guest runs, ends or hangs
    tries=0
    while [ $tries -lt 300 ] && kill -0 "$qemu_process" 2>/dev/null; do
        if grep -q 'could not calculate TSC khz' "$1"; then return 0; fi
        if grep -q 'Run /init' "$1"; then return 1; fi
        tries=$((tries + 1))
        sleep 0.1
    done
    return 1
}

# A /dev/kvm may be there and still run nothing (a nested one): only a kernel that prints something shows that it does.
kvm_works() {
    [ -w /dev/kvm ] || return 1
    start kvm "$temporary/trial"
    tries=0
    while [ $tries -lt 100 ] && kill -0 "$qemu_process" 2>/dev/null && [ ! -s "$temporary/trial" ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    stop
    rm -f "$sockets/vm.vsock" "$sockets/vhost.sock"
    [ -s "$temporary/trial" ]
}
if [ "$accel" = kvm ] && [ ! -w /dev/kvm ]; then
    printf 'emulator: --accel kvm: /dev/kvm is not there or not writable for %s; --accel tcg needs none\n' "$(id -un)" >&2
    exit 3
fi
if [ "$accel" = auto ]; then
    if kvm_works; then accel=kvm; else accel=tcg; fi
fi
if [ -n "$console" ]; then
    : >"$console" || refuse "--console: $console cannot be written"
fi

output=${console:-$temporary/console}
show() { # to the terminal, from the first word on, unless it goes to a file
    [ -n "$console" ] && return 0
    tail -n +1 -f "$output" 8>&- &
    tail_process=$!
}
: >"$output"
start "$accel" "$output"
show
# A refused image is refused at once: nothing is promised before.
sleep 0.3
if kill -0 "$qemu_process" 2>/dev/null; then
    printf 'emulator: %s with %s MiB, %s, CID %s; Ctrl-C ends it\n' "$image" "$memory" "$accel" "$cid" >&2
    printf 'emulator: enclave  dotnet host/Nitro.Host/bin/Release/net10.0/nitro-host.dll serve --emulator %s --store evidence\n' "$(quoted "$sockets/vm.vsock")" >&2
    printf '                   (from the top of the tree, after make build; evidence is the folder of what it stores)\n' >&2
    printf 'emulator: parent   what the enclave connects to at CID 2, port N, comes out at %s_N\n' "$sockets/vm.vsock" >&2
fi
attempt=1
while [ "$accel" = tcg ] && [ $attempt -lt 3 ] && hangs_without_clock "$output"; do
    attempt=$((attempt + 1))
    stop
    rm -f "$sockets/vm.vsock" "$sockets/vhost.sock"
    printf 'emulator: this machine is busy, and the guest could not set its clock; starting it anew with one that counts instructions\n' >&2
    clock='-icount shift=auto'
    start "$accel" "$output"
    show
done

status=0
wait "$qemu_process" || status=$?
qemu_process=
# Whatever was printed last has reached the terminal before this goes on.
[ -z "$tail_process" ] || sleep 0.3
if [ "$status" -ne 0 ]; then
    printf 'emulator: QEMU ended with exit code %s:\n' "$status" >&2
    sed 's/^/  | /' "$temporary/qemu.log" >&2
    [ ! -s "$temporary/vhost.log" ] || sed 's/^/  | vsock: /' "$temporary/vhost.log" >&2
    case $(cat "$temporary/qemu.log") in
        *EIF* | *CRC*) printf 'emulator: QEMU does not accept the image; nitro-eif describe %s says what is wrong with it\n' "$image" >&2 ;;
        *kvm* | *KVM*) printf 'emulator: KVM does not work on this machine; --accel tcg needs none\n' >&2 ;;
        *memory*) printf 'emulator: --memory says how much the guest gets\n' >&2 ;;
    esac
    exit 1
fi
failed=$(sed -n 's/^\[ *[0-9]*\.[0-9]*\] \(Kernel panic - not syncing.*\|Initramfs unpacking failed.*\)/\1/p' "$output" | tr -d '\r' | head -n 1)
if [ -n "$failed" ]; then
    printf 'emulator: the machine has ended before it could run its program: %s\n' "$failed" >&2
    printf 'emulator: was the memory too little? --memory was %s MiB, and the image has %s MiB\n' "$memory" "$image_memory" >&2
    exit 1
fi
printf 'emulator: the machine has ended\n' >&2
