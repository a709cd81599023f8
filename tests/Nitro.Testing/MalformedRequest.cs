using System.Text;

namespace Nitro.Testing;

/// <summary>A request that breaks HTTP/1.1 (RFC 9110 and 9112), and what the caller must get.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Text">The request, in Latin-1.</param>
/// <param name="Status">The status of the answer; 0 for a connection that is closed without one, as the web server does when the caller ended its side within a body.</param>
/// <param name="Leaves">Whether the caller says after it that no more comes.</param>
/// <param name="Cause">
/// What the answer's error names. Null where the web server itself refuses the request's line or headers, before any code of ours runs, without a body.
/// </param>
public sealed record MalformedRequest(string Name, string Text, int Status, bool Leaves = false, string? Cause = null)
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => Encoding.Latin1.GetBytes(Text);

    /// <summary>One of each kind.</summary>
    /// <param name="path">The path of an inference.</param>
    public static IReadOnlyList<MalformedRequest> All(string path)
    {
        var post = $"POST {path} HTTP/1.1\r\nHost: e\r\n";
        var chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
        const string Get = "GET /v2 HTTP/1.1\r\n";
        return
        [
            new("a request line that is none", "GARBAGE\r\n\r\n", 400),
            new("a TLS handshake", "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003\r\n\r\n", 400),
            new("a version that does not exist", "GET /v2 HTTP/9.9\r\nHost: e\r\n\r\n", 505),
            new("a line that is too long", $"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: e\r\n\r\n", 414),
            new("a header that is too long", $"{Get}Host: e\r\nX: {new string('a', 40_000)}\r\n\r\n", 431),
            new("too many headers", $"{Get}Host: e\r\n{string.Concat(Enumerable.Range(0, 200).Select(number => $"X-{number}: y\r\n"))}\r\n", 431),
            new("no Host", $"{Get}\r\n", 400),
            new("two Hosts", $"{Get}Host: e\r\nHost: f\r\n\r\n", 400),
            new("a Host that is none", $"{Get}Host: a b\r\n\r\n", 400),
            new("a header without a colon", $"{Get}Host: e\r\nnonsense\r\n\r\n", 400),
            new("a space before the colon", $"{Get}Host: e\r\nX : y\r\n\r\n", 400),
            new("a NUL in a header", $"{Get}Host: e\r\nX: a\u0000b\r\n\r\n", 400),
            new("a folded header", $"{Get}Host: e\r\nX: a\r\n b\r\n\r\n", 400),
            new("a negative Content-Length", $"{post}Content-Length: -5\r\n\r\n", 400),
            new("a Content-Length over 64 bits", $"{post}Content-Length: 99999999999999999999\r\n\r\n", 400),
            new("two Content-Lengths", $"{post}Content-Length: 1\r\nContent-Length: 2\r\n\r\n12", 400),
            new("a transfer coding that nobody knows", $"{post}Transfer-Encoding: gzip\r\n\r\n", 400),
            new("a Content-Length beyond the limit", $"{post}Content-Length: 1000000000000\r\n\r\n{{", 413, Cause: "bytes"),
            new("a body that ends early", $"{post}Content-Length: 1000\r\n\r\n{{", 0, Leaves: true),
            new("a chunk's size that is no number", $"{chunked}zz\r\n{{}}\r\n0\r\n\r\n", 400, Cause: "body"),
            new("a chunk that is longer than it says", $"{chunked}2\r\n{{}}}}\r\n0\r\n\r\n", 400, Cause: "body"),
            new("a chunk's size over 63 bits", $"{chunked}ffffffffffffffffff\r\n{{}}\r\n0\r\n\r\n", 400, Cause: "body"),
            new("chunks that end early", $"{chunked}5\r\n{{", 0, Leaves: true),
            new("chunks without the last", $"{chunked}2\r\n{{}}\r\n", 0, Leaves: true),
        ];
    }
}
