using System.Net;
using Nitro.OpenInference;

namespace Nitro.Harness;

/// <summary>What a caller got: an answer with the id of its evidence, or an error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Response">The answer; null when there was an error.</param>
/// <param name="EvidenceId">The id under which the host keeps the evidence; null from the enclave itself.</param>
/// <param name="Error">The text of the error; null when there was none.</param>
/// <param name="Elapsed">From sending the request to having the whole answer.</param>
public sealed record InferenceAnswer(HttpStatusCode Status, InferResponse? Response, string? EvidenceId, string? Error, TimeSpan Elapsed);
