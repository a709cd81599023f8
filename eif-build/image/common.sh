# What the scripts of this folder share; each of them reads it with `.` after setting `root`, the top of the tree.
# shellcheck shell=sh disable=SC2034
lock=$root/eif-build/image.lock
inputs=${NITRO_IMAGE_INPUTS:-${XDG_CACHE_HOME:-$HOME/.cache}/nitro-toolkit/image-inputs}
case $inputs in /*) ;; *) inputs=$(pwd)/$inputs ;; esac
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

need() { # command, what for
    command -v "$1" >/dev/null 2>&1 || fail "missing: $1, which $2" "your distribution has it: on Debian in the package ${3:-$1}"
}

digest() { sha256sum "$1" | cut -d' ' -f1; }

# The models that an image is made with, one name[:version]=file a line.
models() {
    if [ -z "${MODEL:-}" ]; then
        printf 'digits:1=%s\n' "$root/enclave/models/digits.onnx"
    else
        set -f # a name is no pattern
        # shellcheck disable=SC2086
        printf '%s\n' $MODEL
    fi
}

# The lock's lines without remarks: kind, measured part, name, version, size, SHA-256, where.
locked() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock" | awk -v kind="$1" '$1 == kind'; }

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
