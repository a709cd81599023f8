#!/usr/bin/env python3
"""Opens the package, holds what is in it, and verifies a published vector with a program that has nothing but it.

usage: pack-check.py FOLDER WITH THE PACKAGE
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = "lib/net10.0/"
EXPECTED = {
    "Nitro.Verifier.nuspec", "README.md", "LICENSE", LIBRARY + "Nitro.Verifier.dll", LIBRARY + "Nitro.Verifier.xml",
    LIBRARY + "Nitro.Attestation.dll", LIBRARY + "Nitro.Attestation.xml",
}
PROGRAM = """
using Nitro.Verifier;

var verifier = new AttestationVerifier(VerificationPolicy.Parse(File.ReadAllBytes(args[1])));
var expected = new DocumentExpectations { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };
var result = verifier.Verify(File.ReadAllBytes(args[0]), expected, ValidationTime.Archive);
Console.WriteLine(result.IsVerified ? "verified" : result.Failure!.ToString());
return result.IsVerified ? 0 : 1;
"""


def fail(text):
    sys.exit(f"pack-check: {text}")


def check_content(package):
    with zipfile.ZipFile(package) as archive:
        names = {name for name in archive.namelist() if not name.startswith(("_rels/", "package/", "[Content_Types]"))}
        if names != EXPECTED:
            fail(f"the package holds {sorted(names ^ EXPECTED)} more or less than it should")
        nuspec = archive.read("Nitro.Verifier.nuspec").decode()
        for name in ("Nitro.Verifier", "Nitro.Attestation"):
            documented = archive.read(f"{LIBRARY}{name}.xml").decode().count("<member name=")
            print(f"{name}: {archive.getinfo(LIBRARY + name + '.dll').file_size} bytes, {documented} documented members")
            if documented < 50:
                fail(f"the documentation of {name} is missing")
    dependencies = re.findall(r'<dependency id="([^"]+)"', nuspec)
    print("dependencies:", ", ".join(dependencies))
    if dependencies != ["System.Formats.Cbor"]:
        fail("the one dependency is System.Formats.Cbor")
    for part in ('<license type="expression">Apache-2.0', "<readme>README.md"):
        if part not in nuspec:
            fail(f"the nuspec lacks {part}")
    with zipfile.ZipFile(package.with_suffix(".snupkg")) as symbols:
        if not {LIBRARY + "Nitro.Verifier.pdb", LIBRARY + "Nitro.Attestation.pdb"} <= set(symbols.namelist()):
            fail("the symbols of one of the assemblies are missing")


def run(*command, where):
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)


def dependency():
    """System.Formats.Cbor where the machine's sources do not serve it: from the tree's own folder, or from the machine's cache of packages."""
    own = list((ROOT / ".packages").glob("System.Formats.Cbor.*.nupkg"))
    listed = run("dotnet", "nuget", "locals", "global-packages", "--list", where=ROOT).stdout
    cache = pathlib.Path(listed.split(":", 1)[1].strip()) if ":" in listed else ROOT
    return own or list((cache / "system.formats.cbor").glob("*/*.nupkg"))


def check_consumer(folder, version):
    """A program outside the tree, its packages in a cache of its own, published trimmed with warnings as errors."""
    work = pathlib.Path(tempfile.mkdtemp(prefix="nitro-consumer-"))
    try:
        feed = work / "feed"
        feed.mkdir()
        for package in [*folder.glob("*.nupkg"), *dependency()]:
            shutil.copy(package, feed)
        (work / "nuget.config").write_text((ROOT / "nuget.config").read_text().replace('value=".packages"', 'value="feed"'))
        (work / "Program.cs").write_text(PROGRAM)
        (work / "consumer.csproj").write_text(f"""<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
  <InvariantGlobalization>true</InvariantGlobalization><EnableTrimAnalyzer>true</EnableTrimAnalyzer><EnableAotAnalyzer>true</EnableAotAnalyzer>
  <TreatWarningsAsErrors>true</TreatWarningsAsErrors><NoWarn>NU1507</NoWarn><RestorePackagesPath>packages</RestorePackagesPath></PropertyGroup>
  <ItemGroup><PackageReference Include="Nitro.Verifier" Version="{version}" /></ItemGroup></Project>""")
        built = run("dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet", where=work)
        if built.returncode:
            fail(f"a program that references the package does not build:\n{built.stdout}{built.stderr}")
        verify_with(work, [("dotnet", "bin/Release/net10.0/consumer.dll")])
        publish_trimmed(work)
    finally:
        shutil.rmtree(work)


def verify_with(work, command):
    index = json.loads((ROOT / "tests/vectors/index.json").read_text())["vectors"]
    chosen = [one for one in index if one["kind"] == "document" and one["options"].keys() == {"nonce", "userData", "publicKey"}
              and set(one["options"].values() if all(isinstance(v, str) for v in one["options"].values()) else []) == {"any"}
              and len(one["files"]) == 2]
    good = next(one for one in chosen if one["error"] is None)
    bad = next(one for one in chosen if one["error"] and one["error"]["check"] == 401)
    for vector, code, word in ((good, 0, "verified"), (bad, 1, "401 DocumentSignature")):
        files = [str(ROOT / "tests/vectors" / vector["files"][role]) for role in ("document", "policy")]
        for one in command:
            done = run(*one, *files, where=work)
            if done.returncode != code or word not in done.stdout:
                fail(f"{vector['name']}: expected {word}, found {done.stdout}{done.stderr}")
            print(f"{os.path.basename(one[-1])}: {vector['name']}: {done.stdout.strip()}")


def publish_trimmed(work):
    done = run("dotnet", "publish", "-c", "Release", "--nologo", "-v", "quiet", "--use-current-runtime", "--self-contained", "-p:PublishTrimmed=true",
               "-p:TrimmerSingleWarn=false", "-o", "trimmed", where=work)
    if done.returncode and "NU1101" in done.stdout:
        print("trimmed: skipped, no source here serves the runtime's packages")
    elif done.returncode:
        fail(f"the program does not publish trimmed without warnings:\n{done.stdout}")
    else:
        verify_with(work, [(str(work / "trimmed/consumer"),)])


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    packages = list(folder.glob("Nitro.Verifier.*.nupkg"))
    if len(packages) != 1:
        fail(f"expected one package in {folder}, found {[one.name for one in packages]}")
    check_content(packages[0])
    check_consumer(folder, packages[0].name[len("Nitro.Verifier."):-len(".nupkg")])


main()
