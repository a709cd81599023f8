#!/bin/sh
# Pins anew: asks Debian's archive and NuGet for what they serve now, writes eif-build/image.lock, and says which inputs changed and which PCRs
# that changes. The one command that may change what goes into an image; its result is reviewed and committed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
need dotnet "compiles the application"
[ -x /usr/lib/apt/apt-helper ] || fail "pinning needs apt, which checks the signature of Debian's archive" \
    "run make image-lock on a machine with Debian or Ubuntu; make image itself needs no apt"
work_in_private

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "missing: $keyring, with which Debian's archive is checked" "it is in the package debian-archive-keyring"
say "Asking Debian's archive what $suite serves"
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/none"
: > "$work/apt/status"
printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$(debian_mirror)" "$suite" > "$work/apt/sources.list"
cat > "$work/apt/conf" <<CONF
Dir::Etc::SourceList "$work/apt/sources.list";
Dir::Etc::SourceParts "$work/apt/none";
Dir::Etc::Preferences "$work/apt/none/preferences";
Dir::Etc::PreferencesParts "$work/apt/none";
Dir::State::Lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Acquire::Languages "none";
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Sandbox::User "root";
CONF
export APT_CONFIG="$work/apt/conf"
apt-get update -q=2 > "$work/apt/log" 2>&1 || { cat "$work/apt/log" >&2; fail "Debian's archive cannot be read" "is the network there? DEBIAN_MIRROR names another archive"; }

deb() { # measured part, package: its line
    apt-cache show --no-all-versions "$2" | awk -v part="$1" '
        /^Package: / { name = $2 } /^Version: / { version = $2 } /^Filename: / { where = $2 } /^Size: / { size = $2 } /^SHA256: / { sum = $2 }
        END { if (sum == "") exit 1; print "deb", part, name, version, size, sum, where }' || fail "$suite has no package $2" "eif-build/image/lock.sh has to be changed"
}
kernel=$(apt-cache show --no-all-versions linux-image-cloud-amd64 | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p')
[ -n "$kernel" ] || fail "linux-image-cloud-amd64 names no kernel" "eif-build/image/lock.sh has to be changed"
{
    deb boot "$kernel"
    for package in tcc musl-dev; do deb boot "$package"; done
    for package in libc6 libgcc-s1 libstdc++6 libssl3t64 libzstd1 zlib1g; do deb root "$package"; done
} > "$work/lines"
unset APT_CONFIG

say 'Asking NuGet for the packages of the publication'
sdk=$(cd "$root" && dotnet --version)
dotnet=$(dotnet --list-sdks | sed -n "s/^$sdk \[\(.*\)\/sdk\]\$/\1/p")
copy_sources "$work/source"
mkdir -p "$work/packages"
find "$root/.packages" -name '*.nupkg' -exec cp {} "$work/packages/" \;
# Into an empty folder, so that what lies there afterwards is what the publication needs. The local folder of packages holds what make setup
# made, and the image makes it anew from what is pinned here.
if ! (cd "$work/source" && NUGET_PACKAGES="$work/nuget" dotnet restore enclave/Nitro.Enclave.App -r linux-x64 -p:SelfContained=true -p:PublishTrimmed=true \
    -p:PublishReadyToRun=true -p:RestoreAdditionalProjectSources="$work/packages" -p:NuGetAudit=false --artifacts-path "$work/source/artifacts" --nologo > "$work/log" 2>&1); then
    grep -E 'error|warn' "$work/log" | sort -u >&2
    fail 'NuGet does not give every package' 'is the network there?'
fi
for file in "$work"/nuget/*/*/*.nupkg; do
    version=$(basename "$(dirname "$file")")
    name=$(basename "$(dirname "$(dirname "$file")")")
    case $name in
        microsoft.ml.onnxruntime* | system.formats.cbor) ;; # the one is made of the npm package below, the other of the ASP.NET Core runtime pack
        *) printf 'nupkg root %s %s %s %s -\n' "$name" "$version" "$(stat -c %s "$file")" "$(digest "$file")" ;;
    esac
done >> "$work/lines"

npm_package=$(sed -n 's/^npm_package=//p' "$root/build/packages.sh")
need npm "fetches $npm_package"
say "Asking npm for $npm_package"
(cd "$work" && npm pack "$npm_package" --silent > npm.log 2>&1) || { cat "$work/npm.log" >&2; fail "npm does not give $npm_package" 'is the network there?'; }
archive=$(ls "$work"/*.tgz)
printf 'npm root %s %s %s %s -\n' "${npm_package%@*}" "${npm_package##*@}" "$(stat -c %s "$archive")" "$(digest "$archive")" >> "$work/lines"

runtime=$(awk '$3 == "microsoft.netcore.app.runtime.linux-x64" { print $4 }' "$work/lines")
# The compiler and the launcher come with the SDK, which is not archived: another build of the same version would show here.
for file in "sdk/$sdk/Roslyn/bincore/Microsoft.CodeAnalysis.CSharp.dll" "packs/Microsoft.NETCore.App.Host.linux-x64/$runtime/runtimes/linux-x64/native/apphost"; do
    [ -r "$dotnet/$file" ] || fail "the .NET SDK $sdk has no $file" "is it a whole SDK? https://dotnet.microsoft.com/download/dotnet/10.0"
    printf 'sdk root %s %s %s %s %s\n' "$(basename "$file")" "$sdk" "$(stat -c %s "$dotnet/$file")" "$(digest "$dotnet/$file")" "$file" >> "$work/lines"
done

{
    cat <<'HEAD'
# What an enclave image is made of, besides the sources of this tree. Written by `make image-lock`; `make image` takes nothing else and
# refuses what differs. To be reviewed like code: a changed line is another measurement.
#
#   kind   deb: a package of Debian's archive; nupkg: of NuGet; npm: of npm; sdk: a file of the installed .NET SDK
#   part   boot: kernel, modules, compiler and library of the init: PCR0 and PCR1; root: the application and its libraries: PCR0 and PCR2
#   where  deb: the path in the archive; sdk: the path in the SDK's folder
#
# kind part name version size SHA-256 where
HEAD
    cat "$work/lines"
} > "$work/lock"

changes=$([ -f "$lock" ] && { sed -e 's/#.*//' "$lock" | awk -v new="$work/lines" '
    NF { old[$1 " " $3] = $4 " " $6; part[$1 " " $3] = $2 }
    END {
        while ((getline line < new) > 0) {
            split(line, f, " "); key = f[1] " " f[3]; seen[key] = 1
            if (!(key in old)) print f[2], "new     ", f[1], f[3], f[4]
            else if (old[key] != f[4] " " f[6]) {
                split(old[key], o, " ")
                print f[2], "changed ", f[1], f[3], o[1], (o[1] == f[4] ? "is other bytes under the same version: find out why" : "-> " f[4])
            }
        }
        for (key in old) if (!(key in seen)) print part[key], "gone    ", key
    }' | sort; } || true)
if [ ! -f "$lock" ]; then
    say 'image.lock is new'
elif [ -z "$changes" ]; then
    say 'Nothing changed: image.lock is as it was.'
    exit 0
else
    printf '%s\n' "$changes" | sed 's/^[a-z]* /  /'
    say ''
    if printf '%s\n' "$changes" | grep -q '^boot'; then say '  PCR0 and PCR1 change: kernel, modules or init'; fi
    if printf '%s\n' "$changes" | grep -q '^root'; then say '  PCR0 and PCR2 change: application or libraries'; fi
fi
mv "$work/lock" "$lock"
chmod 644 "$lock"
say "Written: eif-build/image.lock. Review it, and build: make image"
output=${OUTPUT:-$root/artifacts/image}
if [ -f "$output/pcrs.json" ]; then
    cp "$output/pcrs.json" "$output/pcrs-before.json"
    say 'The image built before is at hand: make image will show its PCRs beside the new ones.'
fi
