# Read with `.` by what compiles out of the pinned packages, after common.sh: NuGet sees one folder, which holds them, and nothing of the user's
# own. `work` is a folder to work in. Afterwards the current folder is a copy of the sources, with System.Formats.Cbor packed.
# shellcheck shell=sh disable=SC2154
feed=$work/feed
mkdir -p "$feed"
locked nupkg | while read -r kind _ name version _ _ where; do ln -s "$(input_file "$kind" "$name" "$version" "$where")" "$feed/"; done
cat > "$work/nuget.config" <<XML
<configuration><packageSources><clear /><add key="pinned" value="$feed" /></packageSources></configuration>
XML
export NUGET_PACKAGES="$work/packages" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# No configuration, no first-run files.
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
cd "$work/source"

# The packages that are made here, of what is pinned: see build/packages.sh.
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
