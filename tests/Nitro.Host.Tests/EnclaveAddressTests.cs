using Nitro.Vsock;

namespace Nitro.Host.Tests;

public sealed class EnclaveAddressTests
{
    [Theory]
    [InlineData("vsock:16:8000", null, "vsock:16:8000")]
    [InlineData("unix:/tmp/e.sock", null, "unix:/tmp/e.sock")]
    [InlineData("emulator:/tmp/vm.vsock:9", null, "emulator:/tmp/vm.vsock:9")]
    [InlineData(null, "/tmp/vm.vsock", "emulator:/tmp/vm.vsock:8000")]
    [InlineData(null, "/tmp/vm.vsock:9", "emulator:/tmp/vm.vsock:9")]
    [InlineData(null, "/tmp/a:b/vm.vsock", "emulator:/tmp/a:b/vm.vsock:8000")]
    [InlineData(null, "/tmp/../tmp/vm.vsock", "emulator:/tmp/vm.vsock:8000")]
    public void Either_option_names_the_enclave(string? enclave, string? emulator, string expected) =>
        Assert.Equal(expected, EnclaveAddress.Read(enclave, emulator).ToString());

    [Fact]
    public void A_relative_path_is_the_shells() =>
        Assert.Equal(Path.GetFullPath("vm.vsock"), EnclaveAddress.Read(null, "vm.vsock:8000").Path);

    [Theory]
    [InlineData(null, null, "give --enclave ADDRESS, or --emulator PATH[:PORT]")]
    [InlineData("vsock:16:8000", "/tmp/vm.vsock", "give one of them")]
    [InlineData("", "", "give one of them")]
    [InlineData("", null, "--enclave: an address is missing")]
    [InlineData("/tmp/vm.vsock", null, "--enclave: \"/tmp/vm.vsock\" is no address")]
    [InlineData(null, "", "names no socket")]
    [InlineData(null, ":8000", "names no socket")]
    [InlineData(null, "/tmp/\0", "names no socket")]
    [InlineData(null, "/tmp/vm.vsock:", "\"\" is no vsock port")]
    [InlineData(null, "/tmp/vm.vsock:http", "\"http\" is no vsock port")]
    [InlineData(null, "/tmp/vm.vsock:-1", "\"-1\" is no vsock port")]
    [InlineData(null, "/tmp/vm.vsock:4294967296", "\"4294967296\" is no vsock port")]
    [InlineData(null, "/tmp/vm.vsock:4294967295", "4294967295 is no vsock port")]
    public void Anything_else_is_refused_with_what_to_give(string? enclave, string? emulator, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => EnclaveAddress.Read(enclave, emulator)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_path_that_no_unix_socket_can_have_is_refused()
    {
        var path = "/" + new string('a', ChannelAddress.MaximumPath);
        Assert.Contains("108 bytes", Assert.Throws<UsageException>(() => EnclaveAddress.Read(null, path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_with_something_else_than_a_socket_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("nitro-address-");
        try
        {
            var image = Path.Combine(folder.FullName, "a.eif");
            File.WriteAllText(image, "");
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "link"), image);
            Refused($"--emulator: {image} is a file, not a socket: name the vm.vsock", null, image);
            Refused($"--emulator: {image} is a file, not a socket", null, image + ":9");
            Refused("link is a file, not a socket", null, Path.Combine(folder.FullName, "link"));
            Refused($"--emulator: {folder.FullName} is a folder, not a socket", null, folder.FullName);
            Refused($"--enclave: {image} is a file, not a socket: name the socket that the enclave", "unix:" + image, null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static void Refused(string expected, string? enclave, string? emulator) =>
            Assert.Contains(expected, Assert.Throws<UsageException>(() => EnclaveAddress.Read(enclave, emulator)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--store", "/tmp/never-made")]
    [InlineData("serve", "--store", "/tmp/never-made", "--enclave", "vsock:16:8000", "--emulator", "/tmp/vm.vsock")]
    [InlineData("serve", "--store", "/tmp/never-made", "--emulator", "/tmp/vm.vsock:x")]
    public async Task The_command_ends_with_the_exit_code_of_wrong_usage(params string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(2, await CommandLine.RunAsync(arguments, error));
        Assert.StartsWith("nitro-host: ", Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists("/tmp/never-made"));
    }
}
