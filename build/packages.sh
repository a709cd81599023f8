#!/bin/sh
# Fills .packages with those packages that the machine's NuGet sources do not serve: ONNX Runtime from the npm package that carries
# Microsoft's binding sources and native libraries, System.Formats.Cbor from the installed SDK. Where they are served, it stays empty.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
feed=$root/.packages
npm_package=com.github.asus4.onnxruntime@0.4.9
npm_integrity=sha512-BkzxduSZ9IkeDP6Q8lz2TFU2ie7hSSvS7ZIfzMooExoq0CNzJnuuGaUJ7IsojBgqO4ouD1jXah8OYyJbCN29Fg==

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }

# Whether the machine's own sources, without our folder, give this package.
served() { # id, version
    mkdir -p "$work/probe"
    cat > "$work/probe/probe.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="$1" Version="[$2]" /></ItemGroup>
</Project>
XML
    (cd "$work/probe" && dotnet restore --verbosity quiet >/dev/null 2>&1)
}

version() { sed -n "s/.*Include=\"$1\" Version=\"\([^\"]*\)\".*/\1/p" "$root/Directory.Packages.props"; }

pack() { # project, arguments
    project=$1
    shift
    if ! dotnet pack "$root/build/packages/$project" --output "$feed" --nologo --verbosity quiet "$@" > "$work/pack.log" 2>&1; then
        cat "$work/pack.log" >&2
        say "packing $project failed: see above" >&2
        exit 1
    fi
}

cbor=$(version System.Formats.Cbor)
if [ ! -f "$feed/System.Formats.Cbor.$cbor.nupkg" ] && ! served System.Formats.Cbor "$cbor"; then
    say "  System.Formats.Cbor $cbor: from the installed SDK"
    folder=$(dotnet --list-runtimes | sed -n 's/^Microsoft.AspNetCore.App \(10\.[^ ]*\) \[\(.*\)\]$/\2\/\1/p' | tail -n 1)
    pack System.Formats.Cbor -p:CborAssembly="$folder/System.Formats.Cbor.dll" -p:Version="$cbor"
fi

ort=$(version Microsoft.ML.OnnxRuntime)
if [ ! -f "$feed/Microsoft.ML.OnnxRuntime.$ort.nupkg" ] && ! served Microsoft.ML.OnnxRuntime "$ort"; then
    say "  Microsoft.ML.OnnxRuntime $ort: from npm, about 150 MB"
    if ! (cd "$work" && npm pack "$npm_package" --silent > npm.log 2>&1); then
        cat "$work/npm.log" >&2
        say "npm could not fetch $npm_package: check the network and npm's registry setting (npm config get registry)" >&2
        exit 1
    fi
    archive=$(ls "$work"/*.tgz)
    found=sha512-$(node -e 'process.stdout.write(require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64"))' "$archive")
    if [ "$found" != "$npm_integrity" ]; then
        say "$npm_package is not what it was: expected $npm_integrity, found $found" >&2
        exit 1
    fi
    tar -xzf "$archive" -C "$work" package/Runtime package/Plugins/Linux/x64 package/LICENSE package/ThirdPartyNotices.txt
    say "  Microsoft.ML.OnnxRuntime $ort: compiling and packing"
    pack Microsoft.ML.OnnxRuntime -p:OrtSource="$work/package" -p:Version="$ort"
fi
