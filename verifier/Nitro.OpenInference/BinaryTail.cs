namespace Nitro.OpenInference;

/// <summary>What stands behind a message's JSON: the binary tensors, one after the other, in the order in which the JSON names them.</summary>
internal struct BinaryTail(ReadOnlyMemory<byte> rest)
{
    private ReadOnlyMemory<byte> _rest = rest;

    public ReadOnlyMemory<byte> Take(string where, int size)
    {
        if (size > _rest.Length)
        {
            throw new MessageException(FormattableString.Invariant($"{where}: binary_data_size is {size}, but only {_rest.Length} bytes are left in the body"));
        }

        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }

    public readonly void RequireEmpty()
    {
        if (!_rest.IsEmpty)
        {
            throw new MessageException(FormattableString.Invariant($"{_rest.Length} bytes of the body belong to no tensor"));
        }
    }
}
