#!/bin/sh
# Says which tool is missing, and how to get it, before anything else is done.
set -eu
missing=0

need() { # command, what for, how to get it
    if ! command -v "$1" >/dev/null 2>&1; then
        printf 'missing: %-7s %s\n         %s\n' "$1" "$2" "$3" >&2
        missing=1
    fi
}

need dotnet "the .NET 10 SDK, which builds and runs everything" "get it: https://dotnet.microsoft.com/download/dotnet/10.0 or your distribution's dotnet-sdk-10.0"
need node "Node.js, which npm runs on" "get it: https://nodejs.org or your distribution's nodejs"
need npm "fetches ONNX Runtime where the NuGet registry does not serve it" "get it: it comes with Node.js, or your distribution's npm"
need tar "unpacks it" "get it: your distribution's tar"

if command -v dotnet >/dev/null 2>&1; then
    if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        printf 'missing: the .NET 10 SDK; found: %s\n         get it: https://dotnet.microsoft.com/download/dotnet/10.0\n' \
            "$(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')" >&2
        missing=1
    elif ! dotnet --list-runtimes | grep -q '^Microsoft.AspNetCore.App 10\.'; then
        printf 'missing: the ASP.NET Core 10 runtime, which enclave and host serve HTTP with\n         get it: the full .NET 10 SDK has it, or your distribution'"'"'s aspnetcore-runtime-10.0\n' >&2
        missing=1
    fi
fi

case "$(uname -s) $(uname -m)" in
    "Linux x86_64") ;;
    *)
        printf 'this machine is %s: ONNX Runtime is packaged here for Linux on x86_64 only\n' "$(uname -s) $(uname -m)" >&2
        missing=1
        ;;
esac

exit $missing
