#!/bin/sh
# Builds the image with Docker and nitro-cli out of the same root filesystem as `make image`. PCR0 and PCR1 are those of nitro-cli's kernel and init;
# PCR2 differs from make image's, because nitro-cli takes the times of Docker's layers into it.
# usage: nitro-cli.sh       writes OUTPUT/nitro-enclave-nitro-cli.eif and OUTPUT/pcrs-nitro-cli.json (OUTPUT: artifacts/image); MODEL as for make image
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
output=${OUTPUT:-$root/artifacts/image}
tag=nitro-enclave:latest
command -v docker >/dev/null 2>&1 || fail 'missing: docker, out of whose image nitro-cli makes the enclave'"'"'s' 'install it, or use make image, which needs neither Docker nor nitro-cli'
command -v nitro-cli >/dev/null 2>&1 || fail 'missing: nitro-cli, which makes the enclave'"'"'s image' \
    'on Amazon Linux 2023: dnf install aws-nitro-enclaves-cli aws-nitro-enclaves-cli-devel; or use make image, which needs neither Docker nor nitro-cli'
docker info >/dev/null 2>&1 || fail 'Docker does not answer' 'is it running, and may this user use it? docker info says more'
writable "$output" OUTPUT
work_in_private
sh "$root/eif-build/image/check-models.sh"
sh "$root/eif-build/image/check-sdk.sh"
sh "$root/eif-build/image/fetch.sh"
say_inputs
sh "$root/eif-build/image/rootfs.sh" "$work/context/rootfs" "$work/cmd" "$work/env" "$work"
{
    cat "$root/eif-build/Dockerfile"
    awk 'BEGIN { printf "CMD [" } { gsub(/["\\]/, "\\\\&"); printf "%s\"%s\"", (NR > 1 ? ", " : ""), $0 } END { print "]" }' "$work/cmd"
} > "$work/context/Dockerfile"
find "$work/context" -exec touch -h -d @0 {} +
docker build --tag "$tag" "$work/context"
mkdir -p "$output"
nitro-cli build-enclave --docker-uri "$tag" --output-file "$output/nitro-enclave-nitro-cli.eif" > "$work/pcrs.json"
mv "$work/pcrs.json" "$output/pcrs-nitro-cli.json"
cat "$output/pcrs-nitro-cli.json"
