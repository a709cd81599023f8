using System.Collections.ObjectModel;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Nitro.Attestation;
using Nitro.Attestation.Inference;
using Tensor = Nitro.Attestation.Inference.Tensor;

namespace Nitro.Enclave.Models;

/// <summary>
/// One ONNX model in memory. Its digest is that of the very buffer it was loaded from, and nothing outside that buffer is part of it. Safe
/// to use from several threads at once.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    /// <summary>The most inputs and the most outputs: what a claim can state.</summary>
    public const int MaximumTensors = 1024;

    private readonly InferenceSession _session;
    private readonly Dictionary<string, TensorSpecification> _inputs;
    private readonly Dictionary<string, TensorSpecification> _outputs;

    /// <summary>The owner and the runs under way; the last of them releases the runtime's memory.</summary>
    private int _users = 1;
    private int _disposed;

    private OnnxModel(
        ModelSource source, Sha384Digest digest, InferenceSession session, TensorSpecification[] inputs, TensorSpecification[] outputs)
    {
        Name = source.Name;
        Version = source.Version;
        Digest = digest;
        _session = session;
        Inputs = new ReadOnlyCollection<TensorSpecification>(inputs);
        Outputs = new ReadOnlyCollection<TensorSpecification>(outputs);
        _inputs = inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        _outputs = outputs.ToDictionary(output => output.Name, StringComparer.Ordinal);
    }

    /// <summary>The name callers ask for.</summary>
    public string Name { get; }

    /// <summary>The version callers may ask for.</summary>
    public string Version { get; }

    /// <summary>The digest of the very buffer that the runtime loaded.</summary>
    public Sha384Digest Digest { get; }

    /// <summary>
    /// What has to be given, in the model's order. Initializers that a caller could override are not among them: they are part of the
    /// model.
    /// </summary>
    public IReadOnlyList<TensorSpecification> Inputs { get; }

    /// <summary>What can be asked for, in the model's order.</summary>
    public IReadOnlyList<TensorSpecification> Outputs { get; }

    /// <summary>Loads a model from a buffer. <see cref="OnnxProcess.Start"/> comes first.</summary>
    /// <param name="source">Its name and version, and the path for messages; nothing is read from there.</param>
    /// <param name="file">The whole file. It must not change while this runs, and is not needed afterwards.</param>
    /// <param name="threads">Threads of one run, 1 or more. Sums over floats can depend on it.</param>
    /// <exception cref="EnclaveStartException">The file is no model, holds its data elsewhere, or has an input or output that cannot be
    /// served.</exception>
    public static OnnxModel Load(ModelSource source, byte[] file, int threads)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var digest = Sha384Digest.Of(file);
        if (!OnnxFile.TryRead(file, out var structure, out var error))
        {
            throw Unloadable(
                source,
                OnnxFile.IsOfTheWhole(error!)
                    ? $"it is not an ONNX file, or only a part of one; give the whole file as it was exported: {error}"
                    : error!.ToString());
        }

        InferenceSession? session = null;
        try
        {
            using var options = SessionOptions(threads);
            session = new InferenceSession(file, options);
            var inputs = Specify(source, "input", session.InputNames, session.InputMetadata, structure!.Unranked);
            var outputs = Specify(source, "output", session.OutputNames, session.OutputMetadata, structure.Unranked);
            return new OnnxModel(source, digest, session, inputs, outputs);
        }
        catch (EnclaveStartException)
        {
            session?.Dispose();
            throw;
        }
        catch (Exception exception) when (
            exception is OnnxRuntimeException or ArgumentException or InvalidOperationException
                or NotSupportedException or OverflowException)
        {
            session?.Dispose();
            var message = RuntimeMessage.IsOutOfMemory(exception.Message)
                ? "it needs more memory than models are given; give them more"
                : RuntimeMessage.CleanLoading(exception.Message);
            throw Unloadable(source, message, exception);
        }
    }

    /// <summary>
    /// What is wrong with a request before anything runs: the input or output, what was expected and what was found. Null when nothing is.
    /// </summary>
    /// <param name="inputs">The tensors given.</param>
    /// <param name="outputs">The outputs asked for; none for all.</param>
    public string? FindFault(IReadOnlyList<Tensor> inputs, IReadOnlyList<string> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            if (!_inputs.TryGetValue(input.Name, out var specification))
            {
                return $"unknown input {Quote(input.Name)}: the model \"{Name}\" takes {List(Inputs)}";
            }

            if (!given.Add(input.Name))
            {
                return $"the input {Quote(input.Name)} is there twice";
            }

            if (input.Datatype != specification.Datatype)
            {
                return $"input {Quote(input.Name)}: expected datatype {specification.Datatype.Name()}, found {input.Datatype.Name()}";
            }

            if (!specification.Takes(input.Shape))
            {
                var (expected, found) = (TensorSpecification.Describe(specification.Shape!), TensorSpecification.Describe(input.Shape));
                var open = specification.Shape!.Contains(-1) ? " (-1: any size)" : "";
                return $"input {Quote(input.Name)}: expected shape {expected}{open}, found {found}";
            }
        }

        if (Inputs.FirstOrDefault(input => !given.Contains(input.Name)) is { } missing)
        {
            return $"the input {Quote(missing.Name)} ({missing}) is missing";
        }

        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in outputs)
        {
            if (!_outputs.ContainsKey(output))
            {
                return $"unknown output {Quote(output)}: the model \"{Name}\" gives {List(Outputs)}";
            }

            if (!asked.Add(output))
            {
                return $"the output {Quote(output)} is asked for twice";
            }
        }

        return null;
    }

    /// <summary>Runs the model on this thread.</summary>
    /// <param name="inputs">Tensors in which <see cref="FindFault"/> finds no fault.</param>
    /// <param name="outputs">The outputs asked for, in which it finds none either; none for all.</param>
    /// <param name="maximumBytes">The most bytes of all outputs together.</param>
    /// <param name="cancellation">Stops the run at the next operator.</param>
    /// <returns>The outputs, in the order asked for, or the model's order.</returns>
    /// <exception cref="ModelRunException">The model gives no answer.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IReadOnlyList<Tensor> Run(
        IReadOnlyList<Tensor> inputs, IReadOnlyList<string> outputs, long maximumBytes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        Enter();
        var names = outputs.Count > 0 ? outputs : [.. Outputs.Select(output => output.Name)];
        var values = new List<OrtValue>(inputs.Count);
        try
        {
            foreach (var input in inputs)
            {
                values.Add(TensorConversion.ToRuntime(input));
            }

            string[] inputNames = [.. inputs.Select(input => input.Name)];
            using var results = RunTwiceIfOutOfMemory(inputNames, values, names, cancellation);
            var tensors = new Tensor[names.Count];
            var left = maximumBytes;
            for (var i = 0; i < tensors.Length; i++)
            {
                tensors[i] = TensorConversion.FromRuntime(names[i], results[i], left);
                left -= tensors[i].Data.Length;
            }

            return tensors;
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new ModelRunException(ModelRunFault.Stopped, "the run was stopped");
        }
        catch (OnnxRuntimeException exception)
        {
            var fault = RuntimeMessage.IsOutOfMemory(exception.Message) ? ModelRunFault.OutOfMemory : ModelRunFault.Unprocessable;
            throw new ModelRunException(fault, RuntimeMessage.Clean(exception.Message), exception);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
            Leave();
        }
    }

    /// <summary>Releases the runtime's memory as soon as no run is under way. No new one begins.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Leave();
        }
    }

    private void Enter()
    {
        Interlocked.Increment(ref _users);
        if (Volatile.Read(ref _disposed) != 0)
        {
            Leave();
            throw new ObjectDisposedException(nameof(OnnxModel));
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _session.Dispose();
        }
    }

    /// <summary>
    /// What can change an answer is fixed: one operator after another, a fixed number of threads, deterministic kernels where there is a
    /// choice. No memory patterns, since the runtime would keep one for every shape that callers think of, and no files: neither profiles
    /// nor optimised models nor another format.
    /// </summary>
    private static SessionOptions SessionOptions(int threads)
    {
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            InterOpNumThreads = 1,
            IntraOpNumThreads = threads,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false,
            EnableProfiling = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.load_model_format", "ONNX");
        options.AddSessionConfigEntry("session.use_deterministic_compute", "1");
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    /// <summary>
    /// The runtime's memory has a limit and falls into pieces: a run that finds no piece large enough gives back those that nobody uses, so
    /// the second try has a whole. Each run gives them back when it ends.
    /// </summary>
    private IDisposableReadOnlyCollection<OrtValue> RunTwiceIfOutOfMemory(
        string[] inputNames, List<OrtValue> inputs, IReadOnlyList<string> outputNames, CancellationToken cancellation)
    {
        try
        {
            return RunOnce(inputNames, inputs, outputNames, cancellation);
        }
        catch (OnnxRuntimeException exception) when (
            RuntimeMessage.IsOutOfMemory(exception.Message) && !cancellation.IsCancellationRequested)
        {
            return RunOnce(inputNames, inputs, outputNames, cancellation);
        }
    }

    private IDisposableReadOnlyCollection<OrtValue> RunOnce(
        string[] inputNames, List<OrtValue> inputs, IReadOnlyList<string> outputNames, CancellationToken cancellation)
    {
        using var options = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        using var stop = cancellation.Register(() => options.Terminate = true);
        return _session.Run(options, inputNames, inputs, outputNames);
    }

    private static TensorSpecification[] Specify(
        ModelSource source,
        string kind,
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, NodeMetadata> metadata,
        IReadOnlySet<string> unranked)
    {
        if (names.Count > MaximumTensors)
        {
            throw Unloadable(source, $"it has {names.Count} {kind}s; at most {MaximumTensors} can be served");
        }

        return [.. names.Select(name => Specify(source, kind, name, metadata[name], unranked.Contains(name)))];
    }

    private static TensorSpecification Specify(ModelSource source, string kind, string name, NodeMetadata metadata, bool unranked)
    {
        // A name that is not UTF-8 has become another one here, under which the runtime does not know the tensor.
        if (name.Contains('\uFFFD', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(name) is 0 or > Tensor.MaximumName)
        {
            throw Unloadable(source, $"the name of its {kind} {Quote(name)} is not 1 to {Tensor.MaximumName} bytes of UTF-8");
        }

        if (!metadata.IsTensor)
        {
            throw Unloadable(source, $"its {kind} {Quote(name)} is not a tensor but {Describe(metadata.OnnxValueType)}");
        }

        if (!TensorConversion.TryGetDatatype(metadata.ElementDataType, out var datatype))
        {
            var served = string.Join(", ", DatatypeExtensions.AllNames);
            throw Unloadable(
                source, $"its {kind} {Quote(name)} has elements of {metadata.ElementDataType}; those that can be served are {served}");
        }

        var dimensions = metadata.Dimensions;
        if (dimensions.Length > Tensor.MaximumRank)
        {
            throw Unloadable(
                source, $"its {kind} {Quote(name)} has {dimensions.Length} dimensions; at most {Tensor.MaximumRank} can be served");
        }

        return new TensorSpecification(
            name, datatype, unranked ? null : [.. dimensions.Select(dimension => dimension < 0 ? -1L : dimension)]);
    }

    private static string Describe(OnnxValueType type) => type switch
    {
        OnnxValueType.ONNX_TYPE_SEQUENCE => "a sequence",
        OnnxValueType.ONNX_TYPE_MAP => "a map",
        OnnxValueType.ONNX_TYPE_SPARSETENSOR => "a sparse tensor",
        OnnxValueType.ONNX_TYPE_OPTIONAL => "an optional",
        _ => "of an unknown type",
    };

    private static EnclaveStartException Unloadable(ModelSource source, string reason, Exception? inner = null)
    {
        var path = PlainText.Clean(source.Path, PlainText.MaximumMessage);
        return EnclaveStartException.Usage(
            $"The model \"{source.Name}\" version \"{source.Version}\" ({path}) cannot be loaded: {reason}.", inner);
    }

    private static string Quote(string name) => PlainText.Quote(name);

    private static string List(IReadOnlyList<TensorSpecification> tensors)
    {
        const int Shown = 8;
        var names = tensors.Take(Shown).Select(tensor => Quote(tensor.Name));
        return tensors.Count == 0 ? "none" : string.Join(", ", names) + (tensors.Count > Shown ? $" and {tensors.Count - Shown} more" : "");
    }
}
