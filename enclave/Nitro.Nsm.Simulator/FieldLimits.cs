namespace Nitro.Nsm.Simulator;

/// <summary>Which lengths of user data, nonce and public key the simulated NSM attests.</summary>
public enum FieldLimits
{
    /// <summary>
    /// Those that AWS publishes for a requester (512, 512 and 1024 bytes); more is refused with InputTooLarge. What passes here passes
    /// every NSM.
    /// </summary>
    Published,

    /// <summary>
    /// Only that of the whole request, 4,096 bytes, as AWS's hardware has been seen to do: genuine documents carry 1,024 bytes in each of
    /// the three.
    /// </summary>
    RequestOnly,
}
