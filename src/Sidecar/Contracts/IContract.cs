using Microsoft.AspNetCore.Http;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// How a family of apps words what the steps mean. Two sides: RAGFlow's envelope, which an unchanged frontend reads, and the
/// problem details of the generic contract. What a step does is the same for both.
/// </summary>
internal interface IContract
{
    /// <summary>Whether every body must be JSON in one reading, and names the address also for a picture; otherwise bodies are read as leniently as the app does.</summary>
    bool IsStrict { get; }

    /// <summary>Whether the app learns of a proof from a signed assertion, rather than from its own Redis.</summary>
    bool HandsOverByAssertion { get; }

    /// <summary>What the body of a reset must hold.</summary>
    IReadOnlyList<string> ResetFields { get; }

    /// <summary>Answers how a step ended.</summary>
    Task WriteAsync(HttpContext context, ProofOutcome outcome);

    /// <summary>Answers a request that got to no step, or whose step could not be taken.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">The path asked for; null where it reads as several.</param>
    /// <param name="refusal">What is wrong.</param>
    /// <param name="detail">The field or path that it is about.</param>
    Task RefuseAsync(HttpContext context, FlowRoute? route, Refusal refusal, string detail = "");

    /// <summary>Answers OPTIONS.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">The path asked for.</param>
    Task WriteOptionsAsync(HttpContext context, FlowRoute route);

    /// <summary>Answers in place of an app that gave none; the status is set. Null: as for any forwarded request.</summary>
    Func<HttpContext, Task>? WriteAppFailure { get; }

    /// <summary>The app's verdict by its status alone; null where the body says it.</summary>
    AppVerdict? Judge(int status);

    /// <summary>The app's verdict by its answer's body.</summary>
    AppVerdict Judge(byte[] answer);
}

/// <summary>What a request is refused for besides a step's outcome.</summary>
internal enum Refusal
{
    NotFound,
    MethodNotAllowed,
    ForbiddenOrigin,

    /// <summary>The flow is off, or a part of it failed.</summary>
    Unavailable,
    BodyTooLarge,
    MalformedJson,
    NotAnObject,
    NeitherJsonNorForm,
    NotPlainJson,
    FieldMissing,
    FieldNotText,
    FieldRepeated,
    DomainRefused,
}

/// <summary>Finds the words of a contract by its name.</summary>
internal static class ContractWords
{
    private static readonly IContract Ragflow = new RagflowContract();
    private static readonly IContract Generic = new ProblemContract();

    public static IContract Of(string contract) => contract == GenericRoutes.Contract ? Generic : Ragflow;
}
