#!/bin/sh
# Packs twice, in two folders of different names and depths, and shows that every file in the package has the same bytes.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
sh "$root/build/pack.sh" "$work/first" "$work/one"
sh "$root/build/pack.sh" "$work/second" "$work/another/folder/deeper"
# The archive's own bookkeeping (a random name, times) is left out; what a consumer gets is compared.
digests() { # package
    python3 - "$1" <<'PY'
import hashlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in sorted(archive.namelist()):
        if not name.startswith(("_rels/", "package/", "[Content_Types]")):
            print(hashlib.sha256(archive.read(name)).hexdigest(), name)
PY
}
digests "$work"/first/*.nupkg > "$work/first.txt"
digests "$work"/second/*.nupkg > "$work/second.txt"
cat "$work/first.txt"
if cmp -s "$work/first.txt" "$work/second.txt"; then
    echo 'Two builds in two folders: the same bytes.'
else
    diff "$work/first.txt" "$work/second.txt" || true
    echo 'Two builds in two folders differ.' >&2
    exit 1
fi
