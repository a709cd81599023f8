using System.Globalization;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Claims;

/// <summary>What claims and session statements have in common: maps of small integer keys in ascending order, opened by a version and a type.</summary>
internal static class Statement
{
    /// <summary>31 December 9999 in milliseconds since 1970: what a time may be at most.</summary>
    private const ulong LastMillisecond = 253_402_300_799_999;

    public static void ReadHeader(ref StrictCborReader reader, string where, int keys, int version, string type)
    {
        reader.ReadMapHead(where, keys, keys);
        ReadKey(ref reader, 1, where + ".version");
        var at = reader.Position;
        var found = reader.ReadUnsigned(where + ".version");
        if (found != (ulong)version)
        {
            reader.FailAt(at, where + ".version", Number((ulong)version), Number(found));
        }

        ReadKey(ref reader, 2, where + ".type");
        at = reader.Position;
        var text = reader.ReadText(where + ".type", 0, 64);
        if (text != type)
        {
            reader.FailAt(at, where + ".type", $"\"{type}\"", $"\"{text}\"");
        }
    }

    public static void ReadKey(ref StrictCborReader reader, ulong key, string where)
    {
        var at = reader.Position;
        var found = reader.ReadUnsigned(where);
        if (found != key)
        {
            reader.FailAt(at, where, "key " + Number(key), Number(found));
        }
    }

    public static Sha384Digest ReadDigest(ref StrictCborReader reader, ulong key, string where)
    {
        ReadKey(ref reader, key, where);
        var bytes = reader.ReadBytes(where, Sha384Digest.Size, Sha384Digest.Size);
        return reader.Failed ? default : Sha384Digest.FromBytes(bytes);
    }

    /// <summary>The time, when a statement may hold it: a reader refuses what is past the calendar, so nobody may write it.</summary>
    public static ulong CheckTimeMs(ulong time) => time <= LastMillisecond
        ? time
        : throw new ArgumentOutOfRangeException(nameof(time), time, "Milliseconds since 1970, at most " + Number(LastMillisecond) + ".");

    public static ulong ReadTimeMs(ref StrictCborReader reader, string where)
    {
        var at = reader.Position;
        var time = reader.ReadUnsigned(where);
        if (time > LastMillisecond)
        {
            reader.FailAt(at, where, "milliseconds since 1970, at most " + Number(LastMillisecond), Number(time));
        }

        return time;
    }

    private static string Number(ulong value) => value.ToString(NumberFormatInfo.InvariantInfo);
}
