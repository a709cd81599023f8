using System.Text;

namespace Nitro.Attestation;

/// <summary>The order of texts by their UTF-8 bytes, which is not the order of their UTF-16 code units.</summary>
internal static class Utf8Order
{
    public static int Compare(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
