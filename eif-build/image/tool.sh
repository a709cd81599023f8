#!/bin/sh
# Builds nitro-eif, which writes and measures the image, out of the pinned packages as well: the inputs that were kept make the image again, without
# a network and without what NuGet serves by then.
# usage: tool.sh FOLDER
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
case $1 in /*) output=$1 ;; *) output=$(pwd)/$1 ;; esac
writable "$(dirname "$output")"
work_in_private
need dotnet "compiles the application"
sh "$root/eif-build/image/check-sdk.sh"
sh "$root/eif-build/image/fetch.sh"
say 'Building nitro-eif'
. "$root/eif-build/image/feed.sh"
run 'building nitro-eif' dotnet publish eif-build/Nitro.Eif.Cli --configuration Release -p:UseAppHost=false -p:RestoreConfigFile="$work/nuget.config" \
    -p:NuGetAudit=false --artifacts-path "$work/source/artifacts" --output "$work/nitro-eif" --nologo
rm -rf "$output"
mkdir -p "$(dirname "$output")"
cp -R "$work/nitro-eif" "$output"
