#!/bin/sh
# Builds the production image of an enclave, from the sources of this tree and what eif-build/image.lock pins: the same bytes wherever, whenever and
# by whomever.
# usage: build.sh       writes into OUTPUT (artifacts/image): nitro-enclave.eif; pcrs.json; describe.json, the digests of models and configuration;
#                       policy.json, with which a verifier accepts this image
#   MODEL="name[:version]=file …"  the models (default: digits:1=enclave/models/digits.onnx)
#   BLOBS=folder|none              AWS's kernel and init as nitro-cli brings them (default: where nitro-cli puts them, if there), or Debian's kernel
#   PARENT_CID=number              where the boot heartbeat goes, for other parents than Nitro's (3)
#   KEY, CERTIFICATE               PEM files that sign the image (PCR8)
#   NITRO_EIF                      another nitro-eif than make image's
#        build.sh check  looks at these only, and says which models the image will hold: before minutes go into what no image could be made of
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
output=${OUTPUT:-$root/artifacts/image}
nitro_eif=${NITRO_EIF:-$nitro_eif}
eif() { dotnet "$nitro_eif" "$@"; }
started=$(date +%s)
case ${KEY:+key}${CERTIFICATE:+certificate} in
    '' | keycertificate) ;;
    *) fail 'an image is signed with a key and its certificate' 'give both: KEY=file.pem CERTIFICATE=file.pem, or none' ;;
esac
for file in "${KEY:-}" "${CERTIFICATE:-}"; do
    [ -z "$file" ] || { [ -f "$file" ] && [ -r "$file" ]; } || fail "the file cannot be read: $file" 'expected KEY=file.pem CERTIFICATE=file.pem'
done
case ${BLOBS:-} in
    none) blobs= ;;
    '') if [ -r "$installed_blobs/bzImage" ]; then blobs=$installed_blobs; else blobs=; fi ;;
    *) blobs=$BLOBS ;;
esac
if [ -n "$blobs" ]; then
    for file in bzImage cmdline init nsm.ko; do
        # AWS's newer kernels have the NSM's driver built in.
        [ "$file" = nsm.ko ] && [ ! -e "$blobs/nsm.ko" ] && continue
        [ -f "$blobs/$file" ] && [ -r "$blobs/$file" ] || fail "no $file in the blobs' folder $blobs" \
            "expected nitro-cli's bzImage, cmdline, init and nsm.ko; BLOBS=none takes Debian's kernel"
    done
    [ -z "${PARENT_CID:-}" ] || fail "PARENT_CID is a setting of our init, and the init in $blobs is AWS's" "BLOBS=none takes ours"
fi
case ${PARENT_CID:-0} in *[!0-9]* | ???????????*) fail "not a CID: PARENT_CID=$PARENT_CID" "expected a number below 4294967295, such as 2 for an emulator's host" ;; esac
[ "${PARENT_CID:-0}" -lt 4294967295 ] || fail "not a CID: PARENT_CID=$PARENT_CID" "expected a number below 4294967295, such as 2 for an emulator's host"
case "$(uname -s) $(uname -m)" in
    "Linux x86_64") ;;
    *) fail "this machine is $(uname -s) $(uname -m): images are built on Linux on x86_64 only" "the compiler of the init and ONNX Runtime are for it" ;;
esac
need dotnet "compiles the application"
writable "$output" OUTPUT
if [ "${1:-}" = check ]; then
    sh "$root/eif-build/image/check-models.sh"
    # Where make build has been, the simulated enclave says at once what the image's own program would say in minutes.
    simulated=$root/enclave/Nitro.Enclave.Simulated/bin/Release/net10.0/nitro-enclave-simulated.dll
    [ -r "$simulated" ] || exit 0
    work_in_private
    models > "$work/models"
    set --
    while read -r model; do set -- "$@" --model "$model"; done < "$work/models"
    status=0
    ORT_DISABLE_TELEMETRY=1 dotnet "$simulated" describe "$@" > /dev/null 2> "$work/describe.err" || status=$?
    [ $status -ne 2 ] || fail "the enclave would not start with this model: $(sed 's/^error: //' "$work/describe.err")" "expected an ONNX file that ONNX Runtime loads" \
        'is it another release that can load it? this was said by the simulated enclave that make build left; make build makes it anew'
    exit 0
fi
[ -r "$nitro_eif" ] || fail "nitro-eif, which writes the image, is not there: $nitro_eif" "make image builds it first"
work_in_private
sh "$root/eif-build/image/check-models.sh" > "$work/checked" # make image has said them already
sh "$root/eif-build/image/check-sdk.sh"
sh "$root/eif-build/image/fetch.sh"
say_inputs

sh "$root/eif-build/image/rootfs.sh" "$work/rootfs" "$work/cmd" "$work/env" "$work"

# Without the models, which are whoever builds the image's to choose.
contents() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' -e '/^models\//d'; }
(cd "$work/rootfs" && find . ! -type d | sed 's|^\./||' | sort) > "$work/contents.txt"
contents < "$root/eif-build/image-contents.txt" > "$work/listed"
contents < "$work/contents.txt" > "$work/found"
if ! cmp -s "$work/listed" "$work/found"; then
    diff "$work/listed" "$work/found" | sed -n 's/^</  listed, and not there:/p; s/^>/  there, and not listed:/p' >&2 || true
    fail "the root filesystem does not hold what eif-build/image-contents.txt lists" "is the change meant? then change the list: it is another release"
fi

# The program itself says whether it can load the models, before an image is made that would not start, and which digests PCR16 and PCR17 will be
# extended with. Run with this machine's libraries: where they are not glibc's it cannot start, and the image is made all the same.
set --
grep '^[^-].*=/models/' "$work/cmd" > "$work/models"
while read -r model; do set -- "$@" --model "${model%%=*}=$work/rootfs${model#*=}"; done < "$work/models"
status=0
ORT_DISABLE_TELEMETRY=1 DOTNET_EnableDiagnostics=0 "$work/rootfs/app/nitro-enclave" describe "$@" > "$work/describe.json" 2> "$work/describe.err" || status=$?
case $status in
    0) ;;
    2) fail "the enclave would not start with this model: $(sed "s|$work/rootfs||g; s/^error: //" "$work/describe.err")" "MODEL=name[:version]=file.onnx" ;;
    1 | 126 | 127)
        say "note: the application does not run on this machine, so the models are not tried before the image boots, and there will be no policy.json:"
        sed 's/^/      /' "$work/describe.err"
        rm -f "$work/describe.json"
        ;;
    *)
        cat "$work/describe.err" >&2
        fail "the enclave would not start with this model: nitro-enclave describe ended with status $status" "does it start with the default model? then the model breaks it"
        ;;
esac

set --
if [ -n "$blobs" ]; then
    say "Kernel and init: AWS's, from $blobs"
    set -- --blobs "$blobs"
else
    say "Kernel and init: Debian's linux-image $(sed -e 's/#.*//' "$lock" | awk '$3 ~ /^linux-image-/ { print $4 }') and eif-build/init"
    say "note: this kernel has been booted in QEMU only; for EC2, build with AWS's blobs (BLOBS=folder)"
    sh "$root/eif-build/image/boot.sh" "$work/boot" "$work"
    [ -z "${PARENT_CID:-}" ] || printf '%s nitro.parent_cid=%s\n' "$(cat "$work/boot/cmdline")" "$PARENT_CID" > "$work/boot/cmdline"
    set -- --kernel "$work/boot/bzImage" --cmdline-file "$work/boot/cmdline" --init "$work/boot/init"
    while read -r module; do set -- "$@" --module "$work/boot/modules/$module.ko"; done < "$work/boot/order"
fi
while read -r item; do set -- "$@" "--cmd=$item"; done < "$work/cmd"
while read -r item; do set -- "$@" "--env=$item"; done < "$work/env"
if [ -n "${KEY:-}" ]; then set -- "$@" --key "$KEY" --certificate "$CERTIFICATE"; fi

say 'Writing the image'
mkdir -p "$output"
version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$root/Directory.Build.props")
eif build --output "$work/image.eif" --rootfs "$work/rootfs" --name nitro-enclave --image-version "$version" "$@" > "$work/pcrs.json"
if [ -f "$work/describe.json" ]; then
    eif describe "$work/image.eif" --policy "$work/policy.json" --enclave "$work/describe.json" > "$work/described"
fi

# What an earlier build left must not stand beside this image.
rm -f "$output/describe.json" "$output/policy.json"
mv "$work/image.eif" "$output/nitro-enclave.eif"
for file in pcrs.json describe.json policy.json; do
    [ ! -f "$work/$file" ] || mv "$work/$file" "$output/$file"
done

say ''
cat "$output/pcrs.json"
before=$output/pcrs-before.json
if [ -f "$before" ]; then
    say ''
    say 'Beside the image built before image.lock changed:'
    for register in PCR0 PCR1 PCR2; do
        old=$(sed -n "s/.*\"$register\": *\"\([0-9a-f]*\)\".*/\1/p" "$before")
        new=$(sed -n "s/.*\"$register\": *\"\([0-9a-f]*\)\".*/\1/p" "$output/pcrs.json")
        if [ "$old" = "$new" ]; then say "  $register is as it was"; else say "  $register $(printf %.16s "$old")… -> $(printf %.16s "$new")…"; fi
    done
    rm -f "$before"
fi
say ''
say "$output/pcrs.json       the measurements"
if [ -f "$output/policy.json" ]; then
    say "$output/describe.json   the models' and the configuration's digests"
    say "$output/policy.json     for nitro-verify: accepts this image, with these models and this configuration, signed by AWS"
fi
say "$output/nitro-enclave.eif: $(($(stat -c %s "$output/nitro-enclave.eif") / 1000000)) MB, $(($(gzip -c "$output/nitro-enclave.eif" | wc -c) / 1000000)) MB compressed, in $(($(date +%s) - started)) s"
