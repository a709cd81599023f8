using System.Collections.Immutable;

namespace Nitro.Nsm;

/// <summary>What the NSM says of itself.</summary>
/// <param name="VersionMajor">Breaking changes of its interface, 0 to 65535.</param>
/// <param name="VersionMinor">Compatible changes, 0 to 65535.</param>
/// <param name="VersionPatch">Fixes, 0 to 65535.</param>
/// <param name="ModuleId">Parent instance and enclave, as in <c>i-0bbcdf09feaae6636-enc019d2710faa69d22</c>.</param>
/// <param name="MaxPcrs">Registers it has: 32 on AWS.</param>
/// <param name="LockedPcrs">Indices of the locked registers, ascending.</param>
/// <param name="Digest">The registers' hash: always <c>SHA384</c>.</param>
public sealed record NsmDescription(
    int VersionMajor, int VersionMinor, int VersionPatch, string ModuleId, int MaxPcrs, ImmutableArray<int> LockedPcrs, string Digest);
