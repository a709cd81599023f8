#!/bin/sh
# Brings every input that eif-build/image.lock pins into one folder outside the tree, and checks size and SHA-256 of each, of those already
# there as well. Nothing else is ever put into an image.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
work_in_private

# A merge that went wrong, or an edit, must not leave an input out without a word.
sed -e 's/#.*//' "$lock" | awk '
    NF && (NF != 7 || $1 !~ /^(deb|nupkg|npm|sdk)$/ || $2 !~ /^(boot|root)$/ || $3 ~ /\// || $5 !~ /^[0-9]+$/ || $6 !~ /^[0-9a-f]+$/ || length($6) != 64 ||
        $7 ~ /(^|\/)\.\.(\/|$)/ || seen[$1 " " $3]++) { print "  line " NR ": " $0; bad = 1 }
    END { exit bad }' >&2 || fail "eif-build/image.lock has lines that pin nothing, or pin an input twice: see above" "git checkout eif-build/image.lock, or make image-lock"

# A pinned file that is there and right. One that is there and wrong stays until the right one takes its place: it may be another lock's.
ready() { # file, size, digest
    [ -f "$1" ] || return 1
    [ "$(stat -c %s "$1")" = "$2" ] && [ "$(digest "$1")" = "$3" ] && return 0
    say "  $(basename "$1") among the inputs is not what is pinned: fetching it again"
    return 1
}

# Puts a downloaded file among the inputs, in one step, when it is the one that is pinned.
accept() { # downloaded, file, size, digest, description
    found=$(digest "$1")
    [ "$found $(stat -c %s "$1")" = "$4 $3" ] || fail "$5 is not what image.lock pins" \
        "expected SHA-256 $4, $3 bytes" "found    SHA-256 $found, $(stat -c %s "$1") bytes" \
        "if it was published anew, make image-lock pins what is served now, and shows which PCRs change"
    mkdir -p "$(dirname "$2")"
    cp "$1" "$2.$$"
    mv "$2.$$" "$2"
}

gone() { # what, where from
    failure=$lock_does_not_fit
    fail "$1 is pinned, and $2 no longer serves it or cannot be reached" \
        "make image-lock pins what is served now, and shows which PCRs change" \
        "an archive of the inputs (make image-inputs) makes the pinned image as long as it is kept: NITRO_IMAGE_INPUTS=its folder"
}

download() { # address, file
    if command -v apt-get >/dev/null 2>&1 && [ -x /usr/lib/apt/apt-helper ]; then
        # The user that apt downloads as cannot write here; accept holds what comes against the lock, and says what differs.
        /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=2 -q=2 download-file "$1" "$2" > "$work/download.log" 2>&1
    else
        need curl "downloads where there is no apt"
        curl --fail --silent --show-error --location --retry 2 --output "$2" "$1" > "$work/download.log" 2>&1
    fi
}

mkdir -p "$inputs" || fail "the folder for the inputs cannot be made: $inputs" "NITRO_IMAGE_INPUTS names another"
mirror=
locked deb | while read -r kind _ name version size sum where; do
    file=$(input_file "$kind" "$name" "$version" "$where")
    ready "$file" "$size" "$sum" && continue
    [ -n "$mirror" ] || mirror=$(debian_mirror)
    say "  $name $version, $((size / 1024)) KiB"
    if ! download "$mirror/$where" "$work/deb"; then
        cat "$work/download.log" >&2
        gone "$name $version" "Debian's archive"
    fi
    accept "$work/deb" "$file" "$size" "$sum" "$where"
    rm -f "$work/deb"
done

# NuGet's own client downloads; the machine's own sources and cache are what it uses.
missing=$work/nuget/missing
mkdir -p "$work/nuget"
: > "$missing"
locked nupkg | while read -r kind _ name version size sum where; do
    ready "$(input_file "$kind" "$name" "$version" "$where")" "$size" "$sum" || printf '%s %s %s %s\n' "$name" "$version" "$size" "$sum" >> "$missing"
done
if [ -s "$missing" ]; then
    while read -r name version size sum; do say "  $name $version, $((size / 1024)) KiB"; done < "$missing"
    {
        printf '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>\n'
        while read -r name version _; do printf '<PackageDownload Include="%s" Version="[%s]" />\n' "$name" "$version"; done < "$missing"
        printf '</ItemGroup></Project>\n'
    } > "$work/nuget/inputs.csproj"
    if ! (cd "$work/nuget" && dotnet restore -p:NuGetAudit=false --nologo > restore.log 2>&1); then
        grep -E 'error|warn' "$work/nuget/restore.log" | sort -u >&2
        gone "$(cut -d' ' -f1,2 "$missing" | tr '\n' ',' | sed 's/,$//; s/,/ or /g')" "what NuGet asks on this machine"
    fi
    cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
    while read -r name version size sum; do
        accept "${cache%/}/$name/$version/$name.$version.nupkg" "$(input_file nupkg "$name" "$version" -)" "$size" "$sum" "the package $name $version"
    done < "$missing"
fi

locked npm | while read -r kind _ name version size sum where; do
    file=$(input_file "$kind" "$name" "$version" "$where")
    ready "$file" "$size" "$sum" && continue
    need npm "fetches $name"
    say "  $name $version, $((size / 1024)) KiB"
    mkdir -p "$work/npm"
    if ! (cd "$work/npm" && npm pack "$name@$version" --silent > npm.log 2>&1); then
        cat "$work/npm/npm.log" >&2
        gone "$name $version" "the npm registry of this machine"
    fi
    accept "$(ls "$work"/npm/*.tgz)" "$file" "$size" "$sum" "the package $name $version"
done
