using Microsoft.AspNetCore.Http;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// How a family of apps words what the steps mean. Two sides: RAGFlow's envelope, which an unchanged frontend reads, with the
/// peculiarities of its releases, and the problem details of the generic contract. What a step does is the same for all.
/// </summary>
internal interface IContract
{
    /// <summary>Whether every body must be JSON in one reading; otherwise bodies are read as leniently as the app does.</summary>
    bool IsStrict { get; }

    /// <summary>Whether a body may be a form; otherwise it is JSON, whatever its type says.</summary>
    bool TakesForms { get; }

    /// <summary>Where a request for a picture names the address.</summary>
    AddressPlace PictureAddress { get; }

    /// <summary>Whether pictures are PNG, have a name, and are answered with it.</summary>
    bool NamesPictures { get; }

    /// <summary>How the app learns of a proof.</summary>
    HandoverForm Handover { get; }

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

/// <summary>Where a request for a picture names the address.</summary>
internal enum AddressPlace
{
    Query,
    Body,
    QueryOrBody,
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
    private static readonly IContract Single = new RagflowSingleContract();
    private static readonly IContract Go = new RagflowGoContract();
    private static readonly IContract Generic = new ProblemContract();

    public static IContract Of(string contract) => contract switch
    {
        GenericRoutes.Contract => Generic,
        RagflowRoutes.V1Single => Single,
        RagflowRoutes.RestGo => Go,
        _ => Ragflow,
    };
}
