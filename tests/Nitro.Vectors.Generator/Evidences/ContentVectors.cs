using System.Text.Json.Nodes;
using Nitro.Verifier;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>Input and output: every datatype, what the caller knows, what is withheld, and encodings that no claim may be about. Checks
/// 719 and 720.</summary>
internal static class ContentVectors
{
    public static void AddTo(VectorSet set)
    {
        Valid(set);
        Disclosure(set);
        foreach (var isInput in (bool[])[true, false])
        {
            Tensors(set, isInput);
        }

        Inputs(set);
    }

    private static void Valid(VectorSet set)
    {
        void Tensors(string description, params byte[][] tensors) => set.AddEvidence(
            $"Valid, {description}",
            new EvidenceBuilder().WithInput(EvidenceBuilder.Input(Cbor.Map(), Cbor.Array(), Cbor.Array(tensors))).Build(),
            null);
        var sizes = new (string Name, int Size)[]
        {
            ("BOOL", 1), ("UINT8", 1), ("UINT16", 2), ("UINT32", 4), ("UINT64", 8), ("INT8", 1), ("INT16", 2), ("INT32", 4), ("INT64", 8),
            ("FP32", 4), ("FP64", 8),
        };
        Tensors("every datatype of fixed size", [.. sizes.Select((one, index) =>
            EvidenceBuilder.Tensor(
                $"{(char)('a' + index)}", one.Name, [2], [.. new byte[one.Size], .. Enumerable.Repeat((byte)1, one.Size)]))]);
        Tensors("BYTES", EvidenceBuilder.Tensor("x", "BYTES", [3], 1, 0, 0, 0, 0xff, 0, 0, 0, 0, 2, 0, 0, 0, 1, 2));
        Tensors("a scalar", EvidenceBuilder.Tensor("x", "UINT8", [], 1));
        Tensors("a dimension of 0", EvidenceBuilder.Tensor("x", "FP32", [5, 0, 7]));
        Tensors("16 dimensions", EvidenceBuilder.Tensor("x", "UINT8", [.. Enumerable.Repeat(1ul, 16)], 1));
        Tensors("no tensors");
        Tensors("names by their bytes, not by their length", EvidenceBuilder.Tensor("aa", "UINT8", [1], 1),
            EvidenceBuilder.Tensor("b", "UINT8", [1], 1));

        // U+FF5E sorts before U+1F600 by UTF-8 and after it by UTF-16.
        Tensors("names by UTF-8, not by UTF-16", EvidenceBuilder.Tensor("\uFF5E", "UINT8", [1], 1),
            EvidenceBuilder.Tensor("\U0001F600", "UINT8", [1], 1));
        Tensors("a name of 255 bytes", EvidenceBuilder.Tensor(new string('x', 255), "UINT8", [1], 1));
        Tensors("a NaN with a payload, bit for bit", EvidenceBuilder.Tensor("x", "FP32", [1], 1, 2, 0xc3, 0xff));
        set.AddEvidence(
            "Valid, requested outputs",
            new EvidenceBuilder().WithInput(
                EvidenceBuilder.Input(Cbor.Map(), Cbor.Array(Cbor.Text("y"), Cbor.Text("z")), Cbor.Array())).Build(),
            null);
    }

    private static void Disclosure(VectorSet set)
    {
        var nothing = new JsonObject { ["input"] = "unchecked", ["output"] = "unchecked" };
        var known = new JsonObject
        {
            ["input"] = Options.Exact(EvidenceBuilder.GoodInput),
            ["output"] = Options.Exact(EvidenceBuilder.GoodOutput),
        };
        static EvidenceBuilder Without(bool salts) => new()
        {
            InputBytes = null,
            OutputBytes = null,
            InputSaltBytes = salts ? EvidenceBuilder.InputSalt : null,
            OutputSaltBytes = salts ? EvidenceBuilder.OutputSalt : null,
        };

        set.AddEvidence(
            "Valid, nothing disclosed, nothing checked", Without(salts: false).Build(), null, options: Options.Evidence(nothing));
        set.AddEvidence(
            "Valid, the salts alone, input and output known", Without(salts: true).Build(), null, options: Options.Evidence(known));
        set.AddEvidence("Valid, disclosed and known", new EvidenceBuilder().Build(), null, options: Options.Evidence(known));
        var wrong = new EvidenceBuilder { InputBytes = [0], OutputBytes = [0] };
        set.AddEvidence(
            "InputDigest: nonsense disclosed where input and output are known", wrong.Build(), Failure.Of(Check.InputDigest), options: Options.Evidence(known));
        set.AddEvidence("Valid, nonsense disclosed where nothing is checked", wrong.Build(), null, options: Options.Evidence(nothing));
        foreach (var isInput in (bool[])[true, false])
        {
            var (check, side, other) = isInput ? (Check.InputDigest, "input", "output") : (Check.OutputDigest, "output", "input");
            void Refused(string description, EvidenceBuilder evidence, JsonNode expected) => set.AddEvidence(
                $"{check}: {description}", evidence.Build(), Failure.Of(check),
                options: Options.Evidence(new() { [side] = expected, [other] = "unchecked" }));
            Refused("not disclosed", isInput ? new() { InputBytes = null } : new() { OutputBytes = null }, "disclosed");
            Refused("no salt", isInput ? new() { InputSaltBytes = null } : new() { OutputSaltBytes = null }, "disclosed");
            Refused("known, and no salt", isInput ? new() { InputSaltBytes = null } : new() { OutputSaltBytes = null },
                Options.Exact(isInput ? EvidenceBuilder.GoodInput : EvidenceBuilder.GoodOutput));
            Refused("the other side's salt", isInput
                ? new() { InputSaltBytes = EvidenceBuilder.OutputSalt }
                : new() { OutputSaltBytes = EvidenceBuilder.InputSalt }, "disclosed");
            var changed = isInput
                ? EvidenceBuilder.Input(Cbor.Map(), Cbor.Array(), Cbor.Array(EvidenceBuilder.Tensor("x", "UINT8", [3], 1, 2, 4)))
                : Cbor.Array(Cbor.Array(EvidenceBuilder.Tensor("y", "FP32", [1, 1], 0, 0, 0x80, 0x40)));
            Refused("another, disclosed", isInput ? new() { InputBytes = changed } : new() { OutputBytes = changed }, "disclosed");
            Refused("another, known", new(), Options.Exact(changed));
        }
    }

    /// <summary>The claim has the digest of just these bytes: what is refused is their form.</summary>
    private static void Tensors(VectorSet set, bool isInput)
    {
        var check = isInput ? Check.InputDigest : Check.OutputDigest;
        void Whole(string description, byte[] content) => set.AddEvidence(
            $"{check}: {description}",
            (isInput ? new EvidenceBuilder().WithInput(content) : new EvidenceBuilder().WithOutput(content)).Build(),
            Failure.Of(check));
        byte[] Of(byte[] list) => isInput ? EvidenceBuilder.Input(Cbor.Map(), Cbor.Array(), list) : Cbor.Array(list);
        void Tensor(string description, params byte[][] tensors) => Whole(description, Of(Cbor.Array(tensors)));
        static byte[] Byte(string name) => EvidenceBuilder.Tensor(name, "UINT8", [1], 1);

        Whole("a byte after it", [.. Of(Cbor.Array()), 0]);
        Whole(
            "an item more", isInput ? Cbor.Array(Cbor.Map(), Cbor.Array(), Cbor.Array(), Cbor.Null) : Cbor.Array(Cbor.Array(), Cbor.Null));
        Whole("an indefinite list of tensors", Of([0x9f, 0xff]));
        Whole("1025 tensors", Of([.. Cbor.Head(4, 1025), .. Byte("x")]));
        Tensor("tensors out of order", Byte("b"), Byte("a"));
        Tensor("a tensor twice", Byte("a"), Byte("a"));
        Tensor("a tensor without a name", Byte(""));
        Tensor("a name of 256 bytes", Byte(new string('x', 256)));
        Tensor("a name that is not UTF-8", Cbor.Array(Cbor.Utf8(0xff), Cbor.Text("UINT8"), Cbor.Array(), Cbor.Bytes(1)));
        Tensor("an unknown datatype", EvidenceBuilder.Tensor("x", "FP16", [1], 1, 2));
        Tensor("a datatype in lower case", EvidenceBuilder.Tensor("x", "uint8", [1], 1));
        Tensor("too few bytes", EvidenceBuilder.Tensor("x", "FP32", [2], 1, 2, 3, 4));
        Tensor("too many bytes", EvidenceBuilder.Tensor("x", "FP32", [1], 1, 2, 3, 4, 5));
        Tensor("a BOOL of 2", EvidenceBuilder.Tensor("x", "BOOL", [1], 2));
        Tensor("17 dimensions", EvidenceBuilder.Tensor("x", "UINT8", [.. Enumerable.Repeat(1ul, 17)], 1));
        Tensor("a negative dimension", Cbor.Array(Cbor.Text("x"), Cbor.Text("UINT8"), Cbor.Array(Cbor.Integer(-1)), Cbor.Bytes()));
        Tensor("2147483648 elements", EvidenceBuilder.Tensor("x", "UINT8", [0, 2, 1 << 30]));
        Tensor("a BYTES element that is cut off", EvidenceBuilder.Tensor("x", "BYTES", [1], 2, 0, 0, 0, 1));
        Tensor("half a length of a BYTES element", EvidenceBuilder.Tensor("x", "BYTES", [1], 0, 0));
        Tensor("a BYTES element too many", EvidenceBuilder.Tensor("x", "BYTES", [1], 0, 0, 0, 0, 0, 0, 0, 0));
        Tensor("a tensor of three", Cbor.Array(Cbor.Text("x"), Cbor.Text("UINT8"), Cbor.Array()));
    }

    private static void Inputs(VectorSet set)
    {
        void Refused(string description, byte[] input) => set.AddEvidence(
            $"InputDigest: {description}", new EvidenceBuilder().WithInput(input).Build(), Failure.Of(Check.InputDigest));
        void Outputs(string description, params string[] names) =>
            Refused(description, EvidenceBuilder.Input(Cbor.Map(), Cbor.Array([.. names.Select(Cbor.Text)]), Cbor.Array()));
        Refused("a parameter", EvidenceBuilder.Input(Cbor.Map(Cbor.Text("a"), Cbor.Text("b")), Cbor.Array(), Cbor.Array()));
        Outputs("requested outputs out of order", "b", "a");
        Outputs("a requested output twice", "a", "a");
        Outputs("a requested output without a name", "");
        Outputs("a requested output of 256 bytes", new string('x', 256));
    }
}
