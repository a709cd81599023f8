namespace Nitro.Nsm;

/// <summary>
/// The NSM answered with an error. <see cref="NsmDeviceException"/> and <see cref="NsmResponseException"/> are its siblings:
/// the device did not answer, and the answer makes no sense. All three are <see cref="IOException"/>s.
/// </summary>
public sealed class NsmException : IOException
{
    /// <summary>An error response.</summary>
    /// <param name="request">The request's name, such as <c>ExtendPCR</c>.</param>
    /// <param name="code">The error, not <see cref="NsmErrorCode.Success"/>.</param>
    public NsmException(string request, NsmErrorCode code)
        : base($"The NSM refused {request} with {code}: {Explain(code)}.")
    {
        Request = request;
        Code = code;
    }

    /// <summary>The request's name, such as <c>ExtendPCR</c>.</summary>
    public string Request { get; }

    /// <summary>The error that the NSM gave.</summary>
    public NsmErrorCode Code { get; }

    private static string Explain(NsmErrorCode code) => code switch
    {
        NsmErrorCode.InvalidArgument => "an argument is not valid",
        NsmErrorCode.InvalidIndex => $"registers are numbered 0 to {NsmLimits.PcrCount - 1}",
        NsmErrorCode.InvalidResponse => "its response did not belong to the request",
        NsmErrorCode.ReadOnlyIndex => "the register is locked, and nothing unlocks it before the enclave ends",
        NsmErrorCode.InvalidOperation => "it does not know the request or cannot decode it",
        NsmErrorCode.BufferTooSmall => "the response does not fit its buffer",
        NsmErrorCode.InputTooLarge => "the request or one of its fields is too long",
        NsmErrorCode.InternalError => "the device failed; the request may be tried again",
        NsmErrorCode.Success => throw new ArgumentOutOfRangeException(nameof(code), code, "Success is not an error."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No such error code."),
    };
}
