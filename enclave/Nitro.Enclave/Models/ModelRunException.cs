namespace Nitro.Enclave.Models;

/// <summary>Why a model gave no answer.</summary>
public enum ModelRunFault
{
    /// <summary>The model cannot process what it was given, such as an index outside a table.</summary>
    Unprocessable = 1,

    /// <summary>The run asked for more memory than the runtime has left; it may work when fewer run at once.</summary>
    OutOfMemory,

    /// <summary>The model's answer cannot be stated: too large, or of a form that no tensor has.</summary>
    Unstatable,

    /// <summary>The run was stopped.</summary>
    Stopped,
}

/// <summary>A model ran and gave no answer. The message is the runtime's, on one line, cut, without the paths of its sources.</summary>
public sealed class ModelRunException : Exception
{
    /// <summary>A failed run.</summary>
    public ModelRunException(ModelRunFault fault, string message, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
    }

    /// <summary>The kind of failure.</summary>
    public ModelRunFault Fault { get; }
}
