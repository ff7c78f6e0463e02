using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>Why an exchange was not whole, in YARP's words, which the metrics and logs speak for both engines.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="Cause">What was thrown.</param>
internal sealed record DirectFault(ForwarderError Error, Exception? Cause)
{
    /// <summary>What the client is told, if it can still be told anything.</summary>
    public int Status => Error switch
    {
        ForwarderError.RequestTimedOut => StatusCodes.Status504GatewayTimeout,
        ForwarderError.RequestBodyClient => Cause is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status502BadGateway,
    };
}

/// <summary>Ends an exchange from wherever it breaks.</summary>
internal sealed class DirectFaultException(ForwarderError error, Exception? cause = null) : Exception(error.ToString(), cause)
{
    public DirectFault Fault { get; } = new(error, cause);
}
