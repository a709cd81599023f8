# What the scripts of this folder share; each of them reads it with `.` after setting `root`, the top of the tree.
# shellcheck shell=sh disable=SC2034
lock=$root/eif-build/image.lock
suite=trixie
installed_blobs=/usr/share/nitro_enclaves/blobs
nitro_eif=$root/artifacts/nitro-eif/nitro-eif.dll

# Neither the machine's language nor its clock may show in what is built.
LC_ALL=C TZ=UTC
export LC_ALL TZ
umask 022

say() { printf '%s\n' "$*"; }

# Exit codes: 3, and 4 where what the lock pins cannot be had, so that pinning anew would help.
lock_does_not_fit=4
failure=3
fail() { # what, then what to do, a line each
    printf 'error: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit "$failure"
}

inputs=${NITRO_IMAGE_INPUTS:-${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}}
[ -n "$inputs" ] || fail 'HOME is not set, and so there is no folder for the inputs' 'set HOME, or NITRO_IMAGE_INPUTS to a folder for them'
[ -n "${NITRO_IMAGE_INPUTS:-}" ] || inputs=$inputs/nitro-toolkit/image-inputs
case $inputs in /*) ;; *) inputs=$(pwd)/$inputs ;; esac

# A folder to work in, `work`, that goes with the script however it ends, and in it the TMPDIR of all that is started: dotnet leaves sockets and
# folders there. One that runs inside another shares its TMPDIR, because a socket's path may not grow. A reader of the output that went away ends a
# shell by SIGPIPE, and would leave the folder: it is trapped like the others, and nothing is printed before the folder is gone.
remove_work() {
    trap '' HUP INT PIPE TERM
    for pause in 1 1 2 0; do # what was ended by the same signal may write for a moment yet
        chmod -R u+rwx "$work" 2>/dev/null || true
        rm -rf "$work" 2>/dev/null && return 0
        sleep $pause
    done
}
work_in_private() {
    work=$(mktemp -d) || fail "no folder can be made in ${TMPDIR:-/tmp}" 'TMPDIR=folder names another'
    trap 'status=$?; remove_work; exit $status' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 141' PIPE
    trap 'exit 143' TERM
    if [ "${NITRO_PRIVATE_TMPDIR:-}" != "${TMPDIR:-/tmp}" ]; then
        mkdir "$work/tmp"
        export TMPDIR="$work/tmp" NITRO_PRIVATE_TMPDIR="$work/tmp"
    fi
    # No server of dotnet's may outlive it either.
    export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
}

# Before minutes are spent on what could not be kept.
writable() { # folder, the variable that names another
    mkdir -p "$1" 2>/dev/null && [ -w "$1" ] || fail "the folder cannot be written: $1" \
        "expected a folder that this user may write: $(id -un 2>/dev/null || id -u)" "${2:+$2=folder names another; or }build in a tree of your own: cp -R, or git clone"
}

need() { # command, what for
    command -v "$1" >/dev/null 2>&1 || fail "missing: $1, which $2" "your distribution has it: on Debian in the package ${3:-$1}"
}

digest() { sha256sum < "$1" | cut -d' ' -f1; }

# The models that an image is made with, one name[:version]=file a line, as they were given.
models() {
    if [ -z "${MODEL:-}" ]; then
        printf 'digits:1=%s\n' "$root/enclave/models/digits.onnx"
    else
        set -f # a name is no pattern
        # shellcheck disable=SC2086
        printf '%s\n' $MODEL
    fi
}

# The version of name[:version]: 1 when there is none, as the enclave has it.
model_version() { case $1 in *:*) printf '%s\n' "${1#*:}" ;; *) printf '1\n' ;; esac; }

# The lock's lines without remarks: kind, measured part, name, version, size, SHA-256, where.
locked() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock" | awk -v kind="$1" '$1 == kind'; }

say_inputs() {
    say "inputs: $(sed -e 's/#.*//' "$lock" | awk 'NF && $1 != "sdk" { n++; bytes += $5 } END { printf "%d files, %d MB, as image.lock pins them", n, bytes / 1e6 }'), in $inputs"
}

# The one line of the lock that carries this name.
locked_version() { sed -e 's/#.*//' "$lock" | awk -v name="$1" '$3 == name { print $4 }'; }

# Where an input lies among the inputs: kind/file name.
input_file() { # kind, name, version, where
    case $1 in
        deb) printf '%s/deb/%s\n' "$inputs" "$(basename "$4")" ;;
        nupkg) printf '%s/nupkg/%s.%s.nupkg\n' "$inputs" "$2" "$3" ;;
        npm) printf '%s/npm/%s-%s.tgz\n' "$inputs" "$2" "$3" ;;
    esac
}

# Debian's archive as this machine reaches it: a mirror or a proxy named in its own apt configuration serves here too.
debian_mirror() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then
        printf '%s\n' "${DEBIAN_MIRROR%/}"
        return
    fi
    mirror=
    if command -v apt-get >/dev/null 2>&1; then
        derived=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null | tr -d '"')
        mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' 2>/dev/null |
            awk -v derived="$derived" '$3 == "main" && $2 !~ /-/ && ($4 == "Debian" || derived == "debian") { sub(/\/$/, "", $1); print $1; exit }')
    fi
    [ -n "$mirror" ] || fail "this machine's apt names no Debian archive to download from" \
        "set DEBIAN_MIRROR to one: the address of the folder that holds dists and pool"
    printf '%s\n' "$mirror"
}

# Unpacks a Debian package, without dpkg where there is none.
unpack_deb() { # package, folder
    mkdir -p "$2"
    if command -v dpkg-deb >/dev/null 2>&1; then
        dpkg-deb -x "$1" "$2"
    else
        need tar "unpacks Debian packages"
        need ar "unpacks Debian packages where there is no dpkg-deb" binutils
        need xz "unpacks Debian packages where there is no dpkg-deb" xz-utils
        member=$(ar t "$1" | grep '^data\.tar')
        case $member in
            *.xz) ar p "$1" "$member" | xz -dc | tar -xf - -C "$2" ;;
            *.zst) need zstd "unpacks $1"; ar p "$1" "$member" | zstd -dc | tar -xf - -C "$2" ;;
            *) ar p "$1" "$member" | tar -xzf - -C "$2" ;;
        esac
    fi
}

# Copies the sources, and of them only what is tracked, so that no build of the working tree gets in or is disturbed. A tree that did not come
# through git has no list of what is tracked: there, whatever is not a build's.
copy_sources() { # folder
    mkdir -p "$1"
    (
        cd "$root"
        if [ -e .git ] && git ls-files >/dev/null 2>&1; then
            git ls-files -z -- verifier enclave host eif-build build global.json '*.props' .editorconfig
        else
            find verifier enclave host eif-build build global.json ./*.props .editorconfig \( -name bin -o -name obj \) -prune -o -type f -print0
        fi | tar -cf - --null -T -
    ) > "$1.tar" || fail "the sources cannot be copied from $root" "is a file gone that git has? git status says which"
    tar -xf "$1.tar" -C "$1"
    rm -f "$1.tar"
}
