using System.Formats.Asn1;

namespace Nitro.Nsm.Simulator;

/// <summary>One step of a certificate's name: a relative distinguished name with one attribute, as all of AWS's are.</summary>
/// <param name="Oid">The attribute's type, such as <c>2.5.4.3</c> for a common name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Tag">The string type that it is written as.</param>
public sealed record RelativeDistinguishedName(string Oid, string Value, UniversalTagNumber Tag = UniversalTagNumber.UTF8String)
{
    /// <summary>countryName, a PrintableString (RFC 5280, appendix A.1).</summary>
    public static RelativeDistinguishedName Country(string value) => new("2.5.4.6", value, UniversalTagNumber.PrintableString);

    /// <summary>stateOrProvinceName.</summary>
    public static RelativeDistinguishedName State(string value) => new("2.5.4.8", value);

    /// <summary>localityName.</summary>
    public static RelativeDistinguishedName Locality(string value) => new("2.5.4.7", value);

    /// <summary>organizationName.</summary>
    public static RelativeDistinguishedName Organization(string value) => new("2.5.4.10", value);

    /// <summary>organizationalUnitName.</summary>
    public static RelativeDistinguishedName OrganizationalUnit(string value) => new("2.5.4.11", value);

    /// <summary>commonName.</summary>
    public static RelativeDistinguishedName CommonName(string value) => new("2.5.4.3", value);

    /// <summary>The DER of a Name that consists of these, in this order.</summary>
    public static byte[] EncodeName(params ReadOnlySpan<RelativeDistinguishedName> names)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var name in names)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(name.Oid);
                    writer.WriteCharacterString(name.Tag, name.Value);
                }
            }
        }

        return writer.Encode();
    }
}
