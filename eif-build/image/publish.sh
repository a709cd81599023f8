#!/bin/sh
# Publishes the enclave's application for an image: self-contained, trimmed, compiled ahead, out of the pinned packages and no others.
# usage: publish.sh OUTPUT WORK
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
output=$1
work=$2

# NuGet takes nothing but what is in this folder: a package that is not pinned is an error, not a download.
feed=$work/feed
mkdir -p "$feed"
locked nupkg | while read -r kind _ name version _ _ where; do ln -s "$(input_file "$kind" "$name" "$version" "$where")" "$feed/"; done
cat > "$work/nuget.config" <<XML
<configuration><packageSources><clear /><add key="pinned" value="$feed" /></packageSources></configuration>
XML
export NUGET_PACKAGES="$work/packages" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# Nothing of the user's own: no configuration, no first-run files.
export HOME="$work/home" DOTNET_CLI_HOME="$work/home" DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
mkdir -p "$HOME"

run() { # what, command
    what=$1
    shift
    if ! "$@" > "$work/log" 2>&1; then
        grep -E 'error|warning' "$work/log" | sort -u >&2 || cat "$work/log" >&2
        fail "$what failed: see above" "does the lock fit the sources? a new package or SDK asks for make image-lock"
    fi
}

copy_sources "$work/source"
cp "$root/eif-build/image/image.targets" "$work/source/"
cd "$work/source"

# The two packages that are made here, of what is pinned: see build/packages.sh.
mkdir -p "$work/unpack"
{
    printf '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>\n'
    locked nupkg | while read -r _ _ name version _; do printf '<PackageDownload Include="%s" Version="[%s]" />\n' "$name" "$version"; done
    printf '</ItemGroup></Project>\n'
} > "$work/unpack/unpack.csproj"
run 'unpacking the pinned packages' dotnet restore "$work/unpack" --configfile "$work/nuget.config" -p:NuGetAudit=false
runtime=microsoft.aspnetcore.app.runtime.linux-x64
version_of() { sed -n "s/.*Include=\"$1\" Version=\"\([^\"]*\)\".*/\1/p" Directory.Packages.props; }
pack() { # project, arguments
    project=$1
    shift
    run "packing $project" dotnet pack "build/packages/$project" --output "$feed" --artifacts-path "$work/source/artifacts" -p:NuGetAudit=false \
        -p:PathMap="$work/=/_/" -p:Version="$(version_of "$project")" --nologo "$@"
}
pack System.Formats.Cbor -p:CborAssembly="$NUGET_PACKAGES/$runtime/$(locked_version "$runtime")/runtimes/linux-x64/lib/net10.0/System.Formats.Cbor.dll"
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
