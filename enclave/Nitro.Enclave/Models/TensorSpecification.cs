using System.Globalization;
using Nitro.Attestation.Inference;

namespace Nitro.Enclave.Models;

/// <summary>What a model says of one of its inputs or outputs. Immutable.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="Shape">Its dimensions, -1 where any size will do, none for a scalar; null when a tensor of any rank will do.</param>
public sealed record TensorSpecification(string Name, Datatype Datatype, IReadOnlyList<long>? Shape)
{
    /// <summary>Whether a tensor of this shape will do.</summary>
    public bool Takes(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Shape is null || (Shape.Count == shape.Count && Shape.Zip(shape).All(pair => pair.First == -1 || pair.First == pair.Second));
    }

    /// <summary>The datatype and shape for people, such as <c>FP32 [-1,28,28]</c>.</summary>
    public override string ToString() => $"{Datatype.Name()} {(Shape is null ? "of any rank" : Describe(Shape))}";

    /// <summary>A shape for people, such as <c>[1,28,28]</c>.</summary>
    public static string Describe(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return $"[{string.Join(',', shape.Select(dimension => dimension.ToString(NumberFormatInfo.InvariantInfo)))}]";
    }
}
