namespace Nitro.Nsm;

/// <summary>The NSM's response is not what its interface allows: malformed CBOR, or not the shape of this request's response.</summary>
public sealed class NsmResponseException : IOException
{
    /// <summary>A malformed response.</summary>
    /// <param name="request">The request's name, such as <c>DescribePCR</c>.</param>
    /// <param name="where">The part of the response, such as <c>DescribePCR.data</c>.</param>
    /// <param name="offset">Bytes from the response's start.</param>
    /// <param name="expected">What the interface asks for.</param>
    /// <param name="found">What was there instead.</param>
    /// <param name="inner">The CBOR reader's own complaint, if it had one.</param>
    public NsmResponseException(string request, string where, int offset, string expected, string found, Exception? inner = null)
        : base($"The NSM's response to {request} is malformed: {where} at byte {offset}: expected {expected}, found {found}.", inner)
    {
        Request = request;
        Where = where;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The request's name.</summary>
    public string Request { get; }

    /// <summary>The part of the response.</summary>
    public string Where { get; }

    /// <summary>Bytes from the response's start.</summary>
    public int Offset { get; }

    /// <summary>What the interface asks for.</summary>
    public string Expected { get; }

    /// <summary>What was there instead.</summary>
    public string Found { get; }
}
