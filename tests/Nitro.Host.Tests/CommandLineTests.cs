using System.Net;
using System.Net.Sockets;

namespace Nitro.Host.Tests;

/// <summary>The command as its operators meet it when they mistype.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("nitro-host: there is no command srve; the command is serve\n", "srve", "--store", "x")]
    [InlineData("nitro-host: a command comes first; the command is serve\n")]
    [InlineData("nitro-host: Option '--store' is required.\n", "serve", "--enclave", "vsock:16:8000")]
    [InlineData("nitro-host: --deadline: \"1.5\" is no whole number that can be used\n", "serve", "--store", "x", "--deadline", "1.5")]
    [InlineData("nitro-host: Unrecognized command or argument '--stroe'.\n", "serve", "--store", "x", "--stroe")]
    [InlineData("nitro-host: there is no command \\u{1b}[2J; the command is serve\n", "\u001b[2J")]
    public async Task Wrong_usage_is_a_line_for_each_mistake_and_one_that_leads_to_the_help(string expected, params string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(2, await CommandLine.RunAsync(arguments, error));
        Assert.Equal(expected + "Try: nitro-host --help\n", error.ToString());
    }

    [Theory]
    [InlineData(2, "--store: an empty text", "")]
    [InlineData(2, "--store: an empty text", "a\0b")]
    [InlineData(2, "there is no file absent", "STORE", "--token-file", "absent")]
    [InlineData(2, "is a folder", "STORE", "--token-file", "FOLDER")]
    [InlineData(2, "the first line of /dev/zero is no text", "STORE", "--token-file", "/dev/zero")]
    [InlineData(2, "fewer than 16 characters", "STORE", "--token-file", "/dev/null")]
    [InlineData(3, "it is a file, not a folder", "FILE")]
    [InlineData(3, "no folder can be made there", "FILE/below")]
    [InlineData(3, "its evidence.db is no evidence store", "FOLDER")]
    [InlineData(3, "--listen http://127.0.0.1:PORT: another process listens there", "STORE", "--listen", "http://127.0.0.1:PORT")]
    [InlineData(3, "--listen http://192.0.2.1:8080: this machine has no such address", "STORE", "--listen", "http://192.0.2.1:8080", "--no-authentication-unsafe")]
    public async Task What_cannot_be_used_is_told_in_one_line_of_ours(int code, string expected, string store, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("nitro-serve-");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "evidence.db"), "not a database, whatever its name says");
            using var error = new StringWriter();
            string[] arguments = ["serve", "--enclave", $"unix:{folder.FullName}/e.sock", "--store", store, .. options];
            Assert.Equal(code, await CommandLine.RunAsync([.. arguments.Select(Put)], error));
            Assert.Contains(Put(expected), Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
            foreach (var foreign in (string[])["(Parameter", "Could not find", "already exists", "SQLite", "Exception"])
            {
                Assert.DoesNotContain(foreign, error.ToString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        string Put(string text) => text.Replace("STORE", Path.Combine(folder.FullName, "store"), StringComparison.Ordinal).Replace("FOLDER", folder.FullName, StringComparison.Ordinal)
            .Replace("FILE", Path.Combine(folder.FullName, "evidence.db"), StringComparison.Ordinal).Replace("PORT", port, StringComparison.Ordinal);
    }
}
