#!/bin/sh
# Builds the production image twice, in two folders of different names and depths, as two users where it may become another one, with another umask,
# time zone, language and home, and shows that both have the same bytes.
# Needs what make image needs. The second build gets its inputs from the first one's, and so no network.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/eif-build/image/common.sh"
[ -r "$nitro_eif" ] || fail "nitro-eif, which writes the image, is not there: $nitro_eif" "make image-reproducible builds it first"
# A signature differs each time, and another user may not read the model or the key: what is compared is the default image.
for name in MODEL KEY CERTIFICATE PARENT_CID; do
    eval "value=\${$name:-}"
    # shellcheck disable=SC2154
    [ -z "$value" ] || say "note: $name is passed over; the image of the default model, unsigned, is what is compared"
done
unset MODEL KEY CERTIFICATE PARENT_CID NITRO_EIF
case ${BLOBS:-none} in none | /*) ;; *) BLOBS=$(pwd)/$BLOBS ;; esac
work_in_private
sh "$root/eif-build/image/fetch.sh"
say_inputs

# The sources as make image sees them, and the builder's own command, built once: what it writes is what is compared.
cp -R "$(dirname "$nitro_eif")" "$work/nitro-eif"
NITRO_EIF=$work/nitro-eif/nitro-eif.dll
copy_sources "$work/one"
copy_sources "$work/another/folder/deeper"

say 'The first build'
OUTPUT="$work/first" NITRO_EIF="$NITRO_EIF" sh "$work/one/eif-build/image/build.sh" > "$work/first.log" 2>&1 ||
    { cat "$work/first.log"; exit 1; }

# Another user cannot read this one's cache or tree, so both are laid out for it.
mkdir -p "$work/inputs" "$work/second" "$work/home" "$work/two"
sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock" | while read -r kind _ name version _ _ where; do
    [ "$kind" = sdk ] && continue
    file=$(input_file "$kind" "$name" "$version" "$where")
    mkdir -p "$work/inputs/$kind"
    cp "$file" "$work/inputs/$kind/"
done
cat > "$work/second.sh" <<SCRIPT
umask 077
cd "$work/another/folder/deeper"
exec env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/two" TZ=Pacific/Chatham LC_ALL=tr_TR.UTF-8 NITRO_IMAGE_INPUTS="$work/inputs" \
    OUTPUT="$work/second" NITRO_EIF="$NITRO_EIF" ${DOTNET_ROOT:+DOTNET_ROOT="$DOTNET_ROOT"} ${BLOBS:+BLOBS="$BLOBS"} sh eif-build/image/build.sh
SCRIPT
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null 2>&1; then
    say 'The second build, as another user, in another folder, with another umask, time zone, language and home'
    chmod 755 "$work"
    chown -R 65534:65534 "$work/another" "$work/inputs" "$work/second" "$work/home" "$work/two"
    set -- setpriv --reuid 65534 --regid 65534 --clear-groups
else
    say 'The second build, in another folder, with another umask, time zone, language and home (only root can become another user)'
    set --
fi
"$@" sh "$work/second.sh" > "$work/second.log" 2>&1 || { cat "$work/second.log"; exit 1; }

if ! cmp "$work/first/nitro-enclave.eif" "$work/second/nitro-enclave.eif" || ! cmp "$work/first/pcrs.json" "$work/second/pcrs.json"; then
    dotnet "$NITRO_EIF" diff "$work/first/nitro-enclave.eif" "$work/second/nitro-enclave.eif" || true
    say 'Two builds of the image differ.' >&2
    exit 1
fi
grep PCR "$work/first/pcrs.json"
say "Two builds of the image in two folders: the same $(stat -c %s "$work/first/nitro-enclave.eif") bytes, SHA-256 $(digest "$work/first/nitro-enclave.eif")."
