#!/bin/sh
# Refuses another .NET SDK than the one that eif-build/image.lock pins: its compiler's and its launcher's bytes go into the image.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
need dotnet "compiles the application"
pinned=$(locked_version apphost)
if ! found=$(cd "$root" && dotnet --version 2>&1); then
    case $found in
        *global.json*) found='none that global.json accepts' ;;
        *)
            printf '%s\n' "$found" | sed 's/^/  dotnet: /' >&2
            fail 'dotnet does not start: its own words are above' "expected the .NET SDK $pinned, as dotnet --version says it" 'mend what dotnet asks for, and come again'
            ;;
    esac
fi
failure=$lock_does_not_fit
[ "$found" = "$pinned" ] || fail "the .NET SDK is not the one that image.lock pins" "expected $pinned" "found    $found" \
    "install $pinned for the pinned image, or pin this one with make image-lock: PCR0 and PCR2 change"
folder=$(dotnet --list-sdks | sed -n "s/^$pinned \[\(.*\)\/sdk\]\$/\1/p")
locked sdk | while read -r _ _ name _ _ sum where; do
    [ -r "$folder/$where" ] || fail "the .NET SDK $pinned has no $where" "is it a distribution's own build? make image-lock pins it: PCR0 and PCR2 change"
    [ "$(digest "$folder/$where")" = "$sum" ] || fail "$name of the .NET SDK $pinned is another build than the one that image.lock pins" \
        "expected SHA-256 $sum" "found    SHA-256 $(digest "$folder/$where")" "install Microsoft's build, or pin this one with make image-lock: PCR0 and PCR2 change"
done
