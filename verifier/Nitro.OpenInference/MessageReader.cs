using System.Text.Json;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>The one boundary at which a message's faults become a <see cref="ProtocolError"/>.</summary>
internal static class MessageReader
{
    public delegate T Reader<T>(ReadOnlySpan<byte> json, ref BinaryTail tail);

    public static bool TryRead<T>(ReadOnlyMemory<byte> body, int? headerLength, Reader<T> read, out T? message, out ProtocolError? error)
        where T : class
    {
        (message, error) = (null, null);
        try
        {
            if (headerLength < 0 || headerLength > body.Length)
            {
                throw new MessageException(FormattableString.Invariant($"{NitroHeaders.InferenceHeaderContentLength} is {headerLength}; the body has {body.Length} bytes"));
            }

            var tail = new BinaryTail(headerLength is { } length ? body[length..] : default);
            message = read((headerLength is { } jsonLength ? body[..jsonLength] : body).Span, ref tail);
            tail.RequireEmpty();
            return true;
        }
        catch (MessageException exception)
        {
            (message, error) = (null, exception.ToError());
        }
        catch (JsonException exception)
        {
            error = new(ProtocolError.BadRequest, FormattableString.Invariant($"the body is not JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}; JSON has no NaN or infinity, which binary data carries"));
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader speaks so of texts that are not valid UTF-8, or hold half a surrogate pair.
            error = new(ProtocolError.BadRequest, "the body holds a text that is not valid Unicode");
        }

        return false;
    }

    public static List<Tensor> ReadTensors(ref JsonText json, ReadOnlySpan<byte> text, string list, string kind, ref BinaryTail tail)
    {
        json.BeginArray(list);
        var tensors = new List<Tensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextItem())
        {
            if (tensors.Count == InferRequest.MaximumTensors)
            {
                throw new MessageException(FormattableString.Invariant($"{list}: at most {InferRequest.MaximumTensors} tensors"));
            }

            var tensor = TensorMember.Read(ref json, text, kind, ref tail);
            if (!names.Add(tensor.Name))
            {
                throw new MessageException($"{kind} {Quoted.Show(tensor.Name)} is there twice");
            }

            tensors.Add(tensor);
        }

        return tensors;
    }

    public static string ReadId(ref JsonText json)
    {
        var id = json.String("id");
        return id.Length <= InferRequest.MaximumId ? id : throw new MessageException(FormattableString.Invariant($"id has more than {InferRequest.MaximumId} characters"));
    }
}
