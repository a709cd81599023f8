namespace Nitro.Host.Tests;

/// <summary>The command as its operators meet it when they mistype.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("nitro-host: there is no command srve; the command is serve\n", "srve", "--store", "x")]
    [InlineData("nitro-host: a command comes first; the command is serve\n")]
    [InlineData("nitro-host: Option '--store' is required.\n", "serve", "--enclave", "vsock:16:8000")]
    [InlineData("nitro-host: Unrecognized command or argument '--stroe'.\n", "serve", "--store", "x", "--stroe")]
    [InlineData("nitro-host: there is no command \\u{1b}[2J; the command is serve\n", "\u001b[2J")]
    public async Task Wrong_usage_is_a_line_for_each_mistake_and_one_that_leads_to_the_help(string expected, params string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(2, await CommandLine.RunAsync(arguments, error));
        Assert.Equal(expected + "Try: nitro-host --help\n", error.ToString());
    }
}
