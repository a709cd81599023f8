using System.Text;
using System.Text.Json.Nodes;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>Files that are no evidence files.</summary>
internal static class EvidenceFileRefusals
{
    public static void AddTo(VectorSet set)
    {
        var good = Encoding.UTF8.GetString(new EvidenceBuilder().Build());
        void Text(EvidenceFileFault fault, string description, string file) => Bytes(set, fault, description, Encoding.UTF8.GetBytes(file));
        void Members(EvidenceFileFault fault, string description, Action<JsonObject> change, bool direct = false)
        {
            var members = new EvidenceBuilder(direct).Members();
            change(members);
            Bytes(set, fault, description, EvidenceBuilder.Encode(members));
        }

        Text(EvidenceFileFault.Malformed, "no bytes", "");
        Text(EvidenceFileFault.Malformed, "a list", "[" + good + "]");
        Text(EvidenceFileFault.Malformed, "cut off", good[..^3]);
        Text(EvidenceFileFault.Malformed, "something behind it", good + "{}");
        Text(EvidenceFileFault.Malformed, "a comment", "// evidence\n" + good);
        Text(EvidenceFileFault.Malformed, "a trailing comma", good.TrimEnd()[..^1].TrimEnd() + ",}");
        Text(EvidenceFileFault.Malformed, "a byte order mark", "\uFEFF" + good);
        Bytes(set, EvidenceFileFault.Malformed, "a name that is not UTF-8", [.. "{\"version\":1,\""u8, 0xc3, 0x28, .. "\":1}"u8]);
        Text(EvidenceFileFault.Malformed, "half a surrogate pair", "{\"version\":1,\"\\ud800\":1}");
        Members(EvidenceFileFault.Malformed, "an unknown kind", members => members["kind"] = "sealed");
        Members(EvidenceFileFault.Malformed, "a number as kind", members => members["kind"] = 1);
        Members(EvidenceFileFault.Malformed, "a text as version", members => members["version"] = "1");
        Members(EvidenceFileFault.Malformed, "null as document", members => members["document"] = null);
        Members(EvidenceFileFault.Malformed, "a list as document", members => members["document"] = new JsonArray());
        Members(EvidenceFileFault.Malformed, "an empty manifest", members => members["manifest"] = "");
        Members(EvidenceFileFault.Malformed, "base64 without padding", members =>
            members["inputSalt"] = members["inputSalt"]!.GetValue<string>().TrimEnd('='));
        Members(EvidenceFileFault.Malformed, "base64 with bits left over", members => members["manifest"] = "gB==");
        Members(EvidenceFileFault.Malformed, "base64 with a line break", members => members["manifest"] = "gA==\n");
        Members(EvidenceFileFault.Malformed, "base64url", members => members["manifest"] = "-_-_");
        Members(EvidenceFileFault.Malformed, "a salt of 31 bytes", members => members["inputSalt"] = Convert.ToBase64String(new byte[31]));
        Members(EvidenceFileFault.TooLarge, "a salt of 33 bytes", members => members["inputSalt"] = Convert.ToBase64String(new byte[33]));
        Members(EvidenceFileFault.TooLarge, "a receipt of 501 bytes", members =>
            members["receipt"] = Convert.ToBase64String(new byte[501]));
        Members(EvidenceFileFault.TooLarge, "a document of 16385 bytes", members =>
            members["document"] = Convert.ToBase64String(new byte[16385]));
        Members(EvidenceFileFault.UnknownVersion, "version 2", members => members["version"] = 2);
        Members(EvidenceFileFault.UnknownVersion, "version 0", members => members["version"] = 0);
        Text(
            EvidenceFileFault.UnknownVersion, "version 2, before a member that version 1 does not have", "{\"later\": [], \"version\": 2}");
        Text(EvidenceFileFault.UnknownVersion, "version 1.5", "{\"version\": 1.5}");
        Members(EvidenceFileFault.UnknownMember, "another member", members => members["comment"] = "");
        Members(EvidenceFileFault.UnknownMember, "a member in capitals", members => members["Document"] = "gA==");
        Text(EvidenceFileFault.DuplicateMember, "the kind twice", good.Replace("{", "{\"kind\": \"session\",", StringComparison.Ordinal));
        Text(EvidenceFileFault.DuplicateMember, "the manifest twice",
            good.Replace("{", "{\"manifest\": \"gA==\",", StringComparison.Ordinal));
        Text(EvidenceFileFault.DuplicateMember, "the version twice", good.Replace("{", "{\"version\": 1,", StringComparison.Ordinal));
        foreach (var name in (string[])["version", "kind", "receipt", "document", "manifest", "configuration"])
        {
            Members(EvidenceFileFault.WrongMembers, $"no {name}", members => members.Remove(name));
        }

        Members(EvidenceFileFault.WrongMembers, "a receipt in direct evidence", members => members["receipt"] = "gA==", direct: true);
    }

    private static void Bytes(VectorSet set, EvidenceFileFault fault, string description, byte[] file) =>
        set.AddEvidence($"{fault}: {description}", file, Failure.Of(fault));
}
