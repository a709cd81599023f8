namespace Nitro.Nsm.Simulator;

/// <summary>How the payload's map states its length. AWS changed it in 2025 without notice; a verifier accepts both.</summary>
public enum PayloadForm
{
    /// <summary><c>bf … ff</c>: every genuine document from 2025-07-18 on.</summary>
    Indefinite,

    /// <summary><c>a9 …</c>: every genuine document up to 2025-05-05.</summary>
    Definite,
}
