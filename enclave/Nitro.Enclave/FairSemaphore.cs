namespace Nitro.Enclave;

/// <summary>
/// A bounded quantity of which callers hold parts, first come first served: a large part is not starved by small ones. Safe to use from
/// several threads at once.
/// </summary>
internal sealed class FairSemaphore
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _line = [];
    private readonly long _capacity;
    private readonly TimeProvider _time;
    private long _free;

    /// <param name="capacity">The quantity.</param>
    /// <param name="time">The clock that waits are measured by.</param>
    public FairSemaphore(long capacity, TimeProvider time)
    {
        _capacity = capacity;
        _time = time;
        _free = capacity;
    }

    /// <summary>Waits for a part and takes it. Disposing what is returned gives it back.</summary>
    /// <param name="part">How much, at most the capacity.</param>
    /// <param name="longest">How long to wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The part; null when the wait was too long.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async Task<IDisposable?> TakeAsync(long part, TimeSpan longest, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, _capacity);
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> waiter;
        lock (_gate)
        {
            if (_line.Count == 0 && part <= _free)
            {
                _free -= part;
                return new Holding(this, part);
            }

            waiter = _line.AddLast(new Waiter(part));
        }

        try
        {
            await waiter.Value.Turn.Task.WaitAsync(longest, _time, cancellation).ConfigureAwait(false);
            return new Holding(this, part);
        }
        catch (TimeoutException)
        {
            // The turn may have come at the same moment.
            return TryLeave(waiter) ? null : new Holding(this, part);
        }
        catch (OperationCanceledException)
        {
            if (TryLeave(waiter))
            {
                throw;
            }

            return new Holding(this, part);
        }
    }

    private bool TryLeave(LinkedListNode<Waiter> waiter)
    {
        lock (_gate)
        {
            if (waiter.List is null)
            {
                return false;
            }

            _line.Remove(waiter);
            Serve();
            return true;
        }
    }

    private void GiveBack(long part)
    {
        lock (_gate)
        {
            _free += part;
            Serve();
        }
    }

    private void Serve()
    {
        while (_line.First is { } first && first.Value.Part <= _free)
        {
            _free -= first.Value.Part;
            _line.RemoveFirst();
            first.Value.Turn.SetResult();
        }
    }

    private sealed record Waiter(long Part)
    {
        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Holding(FairSemaphore semaphore, long part) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
            {
                semaphore.GiveBack(part);
            }
        }
    }
}
