#!/bin/sh
# Publishes the enclave's application for an image: self-contained, trimmed, compiled ahead, out of the pinned packages and no others.
# usage: publish.sh OUTPUT WORK
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
output=$1
work=$2
. "$root/eif-build/image/feed.sh"
cp "$root/eif-build/image/image.targets" .

locked npm | while read -r kind _ name version _ _ where; do
    tar -xzf "$(input_file "$kind" "$name" "$version" "$where")" -C "$work" --no-same-owner --no-same-permissions \
        package/Runtime package/Plugins/Linux/x64 package/LICENSE package/ThirdPartyNotices.txt
done
pack Microsoft.ML.OnnxRuntime -p:OrtSource="$work/package"

run 'publishing the application' dotnet publish enclave/Nitro.Enclave.App --configuration Release --runtime linux-x64 --self-contained \
    -p:PublishTrimmed=true -p:PublishReadyToRun=true -p:RestoreConfigFile="$work/nuget.config" -p:NuGetAudit=false \
    -p:CustomAfterMicrosoftCommonTargets="$work/source/image.targets" --artifacts-path "$work/source/artifacts" --output "$output" --nologo

# The list of files names each package's digest, which nothing reads. Two of the packages were made here, and a package holds its own date, so
# these two digests would differ in each build. What the packages hold does not.
sed 's/"sha512": "[^"]*"/"sha512": ""/' "$output/nitro-enclave.deps.json" > "$work/deps.json"
mv "$work/deps.json" "$output/nitro-enclave.deps.json"
