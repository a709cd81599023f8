using System.Globalization;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Nitro.Attestation;
using SQLitePCL;

namespace Nitro.Host.Store;

/// <summary>
/// The evidence of every answer, durable once <see cref="SaveAsync"/> completes: SQLite in WAL mode with synchronous=FULL, so that a commit is on disk before
/// it returns. One writer commits whatever waits in one transaction; readers work beside it. Thread-safe. One process at a time uses a store.
/// </summary>
internal sealed class EvidenceStore : IAsyncDisposable
{
    /// <summary>The version of the tables.</summary>
    private const int SchemaVersion = 1;

    /// <summary>The most answers that share a transaction: enough to spread a disk's flush, few enough to keep it short.</summary>
    private const int MaximumGroup = 256;

    /// <summary>PRAGMA synchronous as SQLite reports it: FULL.</summary>
    private const long SynchronousFull = 2;

    /// <summary>SQLITE_NOTADB (sqlite.org/rescode.html).</summary>
    private const int NotADatabase = 26;

    private const string FileName = "evidence.db";

    private readonly string _file;
    private readonly FileStream _lock;
    private readonly SqliteConnection _writer;
    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;
    private long _transactions;

    static EvidenceStore() => Batteries_V2.Init();

    private EvidenceStore(string file, FileStream ownership, SqliteConnection writer)
    {
        _file = file;
        _lock = ownership;
        _writer = writer;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>How many transactions were committed: fewer than answers when they were grouped.</summary>
    public long Transactions => Interlocked.Read(ref _transactions);

    /// <summary>Opens a store, or makes one.</summary>
    /// <param name="folder">Its folder, made with access for its owner alone when absent.</param>
    /// <param name="maximumPages">The most pages the file may have; null for no bound but the disk's.</param>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static EvidenceStore Open(string folder, long? maximumPages = null)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var ownership = Own(folder);
            try
            {
                var file = Path.Combine(folder, FileName);
                if (!File.Exists(file))
                {
                    using var made = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
                }

                return new EvidenceStore(file, ownership, OpenWriter(file, maximumPages));
            }
            catch
            {
                ownership.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StoreException($"the evidence store {folder} cannot be used: {Reason(exception, folder)}; choose another folder with --store, or mend this one", exception);
        }
    }

    /// <summary>Stores an answer, and its session where that is new; completes when both are on disk.</summary>
    /// <exception cref="StoreException">They are not.</exception>
    public async Task SaveAsync(StoredAnswer answer, StoredSession? newSession)
    {
        var pending = new Pending(answer, newSession);
        if (!_queue.Writer.TryWrite(pending))
        {
            throw new StoreException("the evidence store is closing");
        }

        await pending.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Whether a session document is stored.</summary>
    public bool HasSession(Sha384Digest digest)
    {
        using var connection = OpenReader();
        using var command = Prepare(connection, "SELECT 1 FROM sessions WHERE digest = $digest", ("$digest", digest.ToArray()));
        return command.ExecuteScalar() is not null;
    }

    /// <summary>The evidence under an id; null when there is none.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public (StoredAnswer Answer, StoredSession Session)? Find(EvidenceId id)
    {
        try
        {
            using var connection = OpenReader();
            using var command = Prepare(
                connection,
                """
                SELECT a.receipt, a.session, a.direct_document, a.input_salt, a.output_salt, a.input, a.output, s.document, s.manifest, s.configuration, a.stored_at_ms
                FROM answers a JOIN sessions s ON s.digest = a.session WHERE a.id = $id
                """,
                ("$id", id.Text));
            using var row = command.ExecuteReader();
            if (!row.Read())
            {
                return null;
            }

            byte[]? Bytes(int column) => row.IsDBNull(column) ? null : (byte[])row[column];
            var answer = new StoredAnswer
            {
                Id = id,
                StoredAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
                Receipt = Bytes(0)!,
                Session = Sha384Digest.FromBytes(Bytes(1)),
                DirectDocument = Bytes(2),
                InputSalt = Bytes(3)!,
                OutputSalt = Bytes(4)!,
                Input = Bytes(5),
                Output = Bytes(6),
            };
            return (answer, new StoredSession(Bytes(7)!, Bytes(8)!, Bytes(9)!));
        }
        catch (SqliteException exception)
        {
            throw new StoreException($"the evidence store cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        SqliteConnection.ClearAllPools();
        await _lock.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The setting as SQLite has it in force, for whoever wants to see it.</summary>
    internal long ReadPragma(string name)
    {
        using var command = Prepare(_writer, "PRAGMA " + name);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static string Reason(Exception exception, string folder) => exception switch
    {
        _ when File.Exists(folder) => "it is a file, not a folder",
        UnauthorizedAccessException => "this user may not write there",
        FileNotFoundException or DirectoryNotFoundException => "no folder can be made there",
        SqliteException { SqliteErrorCode: NotADatabase } => $"its {FileName} is no evidence store",
        _ => exception.Message,
    };

    private static FileStream Own(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, "lock"),
                new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        }
        catch (IOException exception)
        {
            throw new StoreException($"the evidence store {folder} is in use by another process: stop it, or choose another folder with --store", exception);
        }
    }

    private static SqliteConnection OpenWriter(string file, long? maximumPages)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var journal = Scalar(connection, "PRAGMA journal_mode = WAL");
            Scalar(connection, "PRAGMA synchronous = FULL");
            var synchronous = Scalar(connection, "PRAGMA synchronous");
            if (journal != "wal" || synchronous != SynchronousFull.ToString(CultureInfo.InvariantCulture))
            {
                throw new StoreException($"the evidence store {file} must be durable: expected journal_mode wal and synchronous 2 (FULL), found {journal} and {synchronous}; is the file system one that supports WAL?");
            }

            if (Scalar(connection, "PRAGMA quick_check(1)") is var check && check != "ok")
            {
                throw new StoreException($"the evidence store {file} is damaged: {check}; restore it from a backup, or choose another folder with --store");
            }

            if (maximumPages is { } pages)
            {
                Scalar(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
            }

            CreateTables(connection, file);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void CreateTables(SqliteConnection connection, string file)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        if (version == "0")
        {
            using var transaction = connection.BeginTransaction();
            using var command = Prepare(
                connection,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    CREATE TABLE sessions (digest BLOB PRIMARY KEY, document BLOB NOT NULL, manifest BLOB NOT NULL, configuration BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE answers (
                      id TEXT PRIMARY KEY, stored_at_ms INTEGER NOT NULL, receipt BLOB NOT NULL, session BLOB NOT NULL REFERENCES sessions (digest),
                      direct_document BLOB, input_salt BLOB NOT NULL, output_salt BLOB NOT NULL, input BLOB, output BLOB);
                    PRAGMA user_version = {SchemaVersion};
                    """));
            command.Transaction = transaction;
            command.ExecuteNonQuery();
            transaction.Commit();
        }
        else if (version != SchemaVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw new StoreException($"the evidence store {file} has tables of version {version}; this release writes version {SchemaVersion}: use the release that made it");
        }
    }

    private async Task WriteAsync()
    {
        var group = new List<Pending>(MaximumGroup);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < MaximumGroup && _queue.Reader.TryRead(out var pending))
            {
                group.Add(pending);
            }

            Commit(group);
        }
    }

    private void Commit(List<Pending> group)
    {
        try
        {
            using (var transaction = _writer.BeginTransaction())
            {
                foreach (var pending in group)
                {
                    Insert(pending, transaction);
                }

                transaction.Commit();
            }

            Interlocked.Increment(ref _transactions);
            group.ForEach(pending => pending.Done.SetResult());
        }
        catch (SqliteException) when (group.Count > 1)
        {
            // One that cannot be stored must not take the others with it.
            group.ForEach(pending => Commit([pending]));
        }
        catch (SqliteException exception)
        {
            group[0].Done.SetException(new StoreException($"evidence could not be stored: {exception.Message}", exception));
        }
    }

    private void Insert(Pending pending, SqliteTransaction transaction)
    {
        if (pending.Session is { } session)
        {
            using var insert = Prepare(
                _writer,
                "INSERT INTO sessions (digest, document, manifest, configuration) VALUES ($digest, $document, $manifest, $configuration) ON CONFLICT DO NOTHING",
                ("$digest", session.Digest.ToArray()),
                ("$document", session.Document),
                ("$manifest", session.Manifest),
                ("$configuration", session.Configuration));
            insert.Transaction = transaction;
            insert.ExecuteNonQuery();
        }

        var answer = pending.Answer;
        using var command = Prepare(
            _writer,
            """
            INSERT INTO answers (id, stored_at_ms, receipt, session, direct_document, input_salt, output_salt, input, output)
            VALUES ($id, $storedAt, $receipt, $session, $direct, $inputSalt, $outputSalt, $input, $output)
            """,
            ("$id", answer.Id.Text),
            ("$storedAt", answer.StoredAt.ToUnixTimeMilliseconds()),
            ("$receipt", answer.Receipt),
            ("$session", answer.Session.ToArray()),
            ("$direct", answer.DirectDocument),
            ("$inputSalt", answer.InputSalt),
            ("$outputSalt", answer.OutputSalt),
            ("$input", answer.Input),
            ("$output", answer.Output));
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _file, Mode = SqliteOpenMode.ReadOnly, Pooling = true }.ToString());
        connection.Open();
        return connection;
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are constants of this file; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private static string? Scalar(SqliteConnection connection, string text)
    {
        using var command = Prepare(connection, text);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private sealed record Pending(StoredAnswer Answer, StoredSession? Session)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
