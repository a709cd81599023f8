using System.Collections.Concurrent;
using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Eif.Format;

namespace Nitro.Eif.Reading;

/// <summary>
/// The checksum and the measurements of an image, from its bytes given once and in order, in constant memory (2 MiB). PCR1's content is a
/// prefix of PCR0's, so it costs nothing; PCR2's is hashed a second time, on another core than PCR0's. Not thread-safe.
/// </summary>
internal sealed class MeasuringPass : IDisposable
{
    /// <summary>Bytes handed over at a time: small enough for the caches of two cores, large enough that handing over costs nothing.</summary>
    public const int BlockSize = 256 * 1024;

    private const int BlocksInFlight = 8;

    private readonly IncrementalHash _everything = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
    private readonly IncrementalHash _application = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
    private readonly Crc32 _crc = new();
    private readonly Block _single = new();
    private readonly Lanes? _lanes;
    private Sha384Digest _boot;

    /// <param name="parallel">Hash on two threads of their own, rather than on the caller's.</param>
    public MeasuringPass(bool parallel) => _lanes = parallel ? new Lanes(this) : null;

    /// <summary>What a piece of the image goes into.</summary>
    public enum Route
    {
        /// <summary>The checksum alone.</summary>
        Unmeasured,

        /// <summary>The checksum, PCR0 and, until <see cref="EndBoot"/>, PCR1.</summary>
        Boot,

        /// <summary>The checksum, PCR0 and PCR2.</summary>
        Application,
    }

    /// <summary>Room for the next piece; waits until there is some.</summary>
    public Memory<byte> NextBlock() => _lanes?.NextBlock() ?? _single.Bytes;

    /// <summary>Takes the first <paramref name="length"/> bytes of the room that <see cref="NextBlock"/> gave.</summary>
    public void Take(int length, Route route)
    {
        if (_lanes is not null)
        {
            _lanes.Take(length, route);
            return;
        }

        _single.Set(length, route, endsBoot: false);
        IntoEverything(_single);
        IntoApplication(_single);
    }

    /// <summary>Takes a few bytes from elsewhere.</summary>
    public void Take(ReadOnlySpan<byte> bytes, Route route)
    {
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(bytes.Length, BlockSize);
            bytes[..length].CopyTo(NextBlock().Span);
            Take(length, route);
            bytes = bytes[length..];
        }
    }

    /// <summary>Says that the first ramdisk is complete.</summary>
    public void EndBoot()
    {
        if (_lanes is not null)
        {
            _lanes.EndBoot();
            return;
        }

        _boot = Snapshot(_everything);
    }

    /// <summary>The measurements, without PCR8, and the checksum. The pass is over then.</summary>
    public (EifMeasurements Measurements, uint Crc) Finish()
    {
        _lanes?.Finish();
        return (new EifMeasurements(Snapshot(_everything), _boot, Snapshot(_application), null), _crc.Value);
    }

    public void Dispose()
    {
        _lanes?.Dispose();
        _everything.Dispose();
        _application.Dispose();
    }

    private static Sha384Digest Snapshot(IncrementalHash hash) => Sha384Digest.FromBytes(hash.GetCurrentHash()).ExtendFromZero();

    private void IntoEverything(Block block)
    {
        if (block.EndsBoot)
        {
            _boot = Snapshot(_everything);
        }
        else if (block.Route != Route.Unmeasured)
        {
            _everything.AppendData(block.Content);
        }
    }

    private void IntoApplication(Block block)
    {
        _crc.Append(block.Content);
        if (block.Route == Route.Application)
        {
            _application.AppendData(block.Content);
        }
    }

    /// <summary>A piece on its way, free again when both lanes are through with it.</summary>
    private sealed class Block
    {
        private int _length, _pending;

        public byte[] Bytes { get; } = new byte[BlockSize];

        public Route Route { get; private set; }

        public bool EndsBoot { get; private set; }

        public ReadOnlySpan<byte> Content => Bytes.AsSpan(0, _length);

        public void Set(int length, Route route, bool endsBoot) => (_length, Route, EndsBoot, _pending) = (length, route, endsBoot, 2);

        public bool IsDone() => Interlocked.Decrement(ref _pending) == 0;
    }

    /// <summary>Two threads: PCR0 on one, PCR2 and the checksum on the other.</summary>
    private sealed class Lanes : IDisposable
    {
        private readonly BlockingCollection<Block> _free = [];
        private readonly BlockingCollection<Block> _toEverything = [], _toApplication = [];
        private readonly Task _everything, _application;
        private Block? _next;

        public Lanes(MeasuringPass pass)
        {
            for (var i = 0; i < BlocksInFlight; i++)
            {
                _free.Add(new Block());
            }

            _everything = Start(_toEverything, pass.IntoEverything);
            _application = Start(_toApplication, pass.IntoApplication);
        }

        public Memory<byte> NextBlock() => (_next ??= _free.Take()).Bytes;

        public void Take(int length, Route route) => Send(length, route, endsBoot: false);

        public void EndBoot() => Send(0, Route.Unmeasured, endsBoot: true);

        public void Finish()
        {
            _toEverything.CompleteAdding();
            _toApplication.CompleteAdding();
            Task.WaitAll(_everything, _application);
        }

        public void Dispose()
        {
            Finish();
            _toEverything.Dispose();
            _toApplication.Dispose();
            _free.Dispose();
        }

        private void Send(int length, Route route, bool endsBoot)
        {
            var block = _next ?? _free.Take();
            _next = null;
            block.Set(length, route, endsBoot);
            _toEverything.Add(block);
            _toApplication.Add(block);
        }

        private Task Start(BlockingCollection<Block> blocks, Action<Block> take) => Task.Factory.StartNew(
            () =>
            {
                foreach (var block in blocks.GetConsumingEnumerable())
                {
                    take(block);
                    if (block.IsDone())
                    {
                        _free.Add(block);
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
