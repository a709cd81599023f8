#!/bin/sh
# Packs Nitro.Verifier from a copy of the tracked sources, so that nothing of the working tree's own builds gets in, or is disturbed.
# usage: pack.sh OUTPUT [FOLDER for the copy]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
output=$(cd "$1" && pwd)
if [ $# -gt 1 ]; then
    copy=$2
    mkdir -p "$copy"
else
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    trap 'exit 130' INT TERM
fi
(cd "$root" && git ls-files -z -- verifier LICENSE global.json nuget.config '*.props' .editorconfig | xargs -0 tar cf - ) | (cd "$copy" && tar xf -)
mkdir -p "$copy/.packages"
find "$root/.packages" -name '*.nupkg' -exec cp {} "$copy/.packages/" \;
cd "$copy"
dotnet pack verifier/Nitro.Verifier --configuration Release --output "$output" -p:Packing=true -p:ContinuousIntegrationBuild=true --nologo --verbosity quiet
