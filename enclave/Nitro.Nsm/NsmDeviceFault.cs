namespace Nitro.Nsm;

/// <summary>Why the device could not be used.</summary>
public enum NsmDeviceFault
{
    /// <summary>There is no device: the process is not in an enclave, or the driver is not loaded.</summary>
    Absent,

    /// <summary>The process may not open the device.</summary>
    AccessDenied,

    /// <summary>What was opened is not an NSM.</summary>
    NotAnNsm,

    /// <summary>The request is longer than <see cref="NsmLimits.MaximumRequestLength"/>.</summary>
    RequestTooLarge,

    /// <summary>The NSM did not answer within the driver's two minutes.</summary>
    TimedOut,

    /// <summary>Anything else; <see cref="NsmDeviceException.Errno"/> says what.</summary>
    Other,
}
