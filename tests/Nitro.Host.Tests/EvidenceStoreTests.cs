using System.Security.Cryptography;
using Nitro.Host.Store;

namespace Nitro.Host.Tests;

public sealed class EvidenceStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-store-");

    private string Folder => Path.Combine(_folder.FullName, "store");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_folder_and_its_files_are_open_to_their_owner_alone()
    {
        await using var store = EvidenceStore.Open(Folder);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        foreach (var file in Directory.GetFiles(Folder))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_store_in_use_is_refused_to_a_second_host()
    {
        await using var store = EvidenceStore.Open(Folder);
        var exception = Assert.Throws<StoreException>(() => EvidenceStore.Open(Folder));
        Assert.Contains("in use by another process", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not a database at all, but long enough to look like one: ................................................................")]
    [InlineData("SQLite format 3\0broken")]
    public async Task A_damaged_store_is_refused_with_what_to_do(string content)
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "evidence.db"), content, TestContext.Current.CancellationToken);
        var exception = Assert.Throws<StoreException>(() => EvidenceStore.Open(Folder));
        Assert.Contains("--store", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        var exception = Assert.Throws<StoreException>(() => EvidenceStore.Open(Path.Combine(file, "store")));
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_saved_is_found_and_nothing_else()
    {
        await using var store = EvidenceStore.Open(Folder);
        var session = new StoredSession([1], [2], [3]);
        var answer = new StoredAnswer
        {
            Id = EvidenceId.Create(RandomNumberGenerator.Fill),
            StoredAt = DateTimeOffset.UnixEpoch.AddMilliseconds(5),
            Receipt = [4],
            Session = session.Digest,
            InputSalt = new byte[32],
            OutputSalt = new byte[32],
        };
        Assert.False(store.HasSession(session.Digest));
        await Assert.ThrowsAsync<StoreException>(() => store.SaveAsync(answer, null));
        await store.SaveAsync(answer, session);
        Assert.True(store.HasSession(session.Digest));
        var found = store.Find(answer.Id)!.Value;
        Assert.Equal(answer.Receipt, found.Answer.Receipt);
        Assert.Equal(answer.StoredAt, found.Answer.StoredAt);
        Assert.Equal(session.Document, found.Session.Document);
        Assert.Null(store.Find(EvidenceId.Create(RandomNumberGenerator.Fill)));
    }

    [Fact]
    public async Task One_answer_that_cannot_be_stored_does_not_take_others_with_it()
    {
        await using var store = EvidenceStore.Open(Folder);
        var session = new StoredSession([1], [2], [3]);
        StoredAnswer Answer() => new()
        {
            Id = EvidenceId.Create(RandomNumberGenerator.Fill),
            StoredAt = DateTimeOffset.UnixEpoch,
            Receipt = [4],
            Session = session.Digest,
            InputSalt = new byte[32],
            OutputSalt = new byte[32],
        };
        var twice = Answer();
        await store.SaveAsync(twice, session);
        var saves = Enumerable.Range(0, 50).Select(number => (Fails: number % 10 == 0, Done: store.SaveAsync(number % 10 == 0 ? twice : Answer(), null))).ToArray();
        foreach (var (fails, done) in saves)
        {
            if (fails)
            {
                await Assert.ThrowsAsync<StoreException>(() => done);
            }
            else
            {
                await done;
            }
        }
    }

    [Fact]
    public void Random_texts_are_ids_only_when_they_have_32_lower_case_digits()
    {
        var random = new Random(5);
        for (var round = 0; round < 10_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(31, 34)).Select(_ => "0123456789abcdefA'%"[random.Next(round % 2 == 0 ? 16 : 19)])]);
            Assert.Equal(text.Length == 32 && text.All(one => char.IsAsciiHexDigitLower(one)), EvidenceId.TryParse(text, out _));
        }
    }
}
