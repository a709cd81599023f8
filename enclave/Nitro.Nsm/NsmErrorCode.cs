namespace Nitro.Nsm;

/// <summary>
/// What the NSM says of a request it did not fulfil. The members bear the names that the device sends, in the order of AWS's
/// nsm-api (<c>ErrorCode</c>).
/// </summary>
public enum NsmErrorCode
{
    /// <summary>No error. The device never sends it in an error response.</summary>
    Success,

    /// <summary>An argument is not valid.</summary>
    InvalidArgument,

    /// <summary>There is no register of that index.</summary>
    InvalidIndex,

    /// <summary>A response does not belong to its request.</summary>
    InvalidResponse,

    /// <summary>The register is locked, and the request would change it or lock it again.</summary>
    ReadOnlyIndex,

    /// <summary>The device knows no such request, or could not decode it.</summary>
    InvalidOperation,

    /// <summary>The response does not fit its buffer.</summary>
    BufferTooSmall,

    /// <summary>The request, or a field of it, is too long.</summary>
    InputTooLarge,

    /// <summary>The device failed.</summary>
    InternalError,
}
