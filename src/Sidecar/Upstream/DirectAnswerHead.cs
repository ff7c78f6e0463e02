using Microsoft.AspNetCore.Http;
using Sidecar.Http1;
using Yarp.ReverseProxy.Forwarder;
using System.IO.Pipelines;

namespace Sidecar.Upstream;

/// <summary>Who waits for an answer, as far as what comes before it goes.</summary>
internal interface IInterimClient
{
    /// <summary>Where interim answers are written; null where the client knows none.</summary>
    PipeWriter? Interims { get; }
}

/// <summary>Reads the head of an answer, and passes on what the app says before it.</summary>
internal static class DirectAnswerHead
{
    /// <summary>An app may say every few seconds for an hour that it is not done yet; whoever says it more often will never be.</summary>
    private const int MostInterims = 1000;

    /// <summary>The head, when it is whole.</summary>
    /// <param name="connection">Which has received it.</param>
    /// <param name="count">What its last read gave.</param>
    /// <param name="client">Who waits.</param>
    /// <param name="interims">How many interim answers there were.</param>
    /// <param name="interim">Has something of an interim answer to flush; null without one.</param>
    /// <exception cref="DirectFaultException">It is none, or there will be none.</exception>
    public static ResponseHead? Read(Http1Connection connection, int count, IInterimClient client, ref int interims, out PipeWriter? interim)
    {
        interim = null;
        if (!connection.Take(count))
        {
            throw new DirectFaultException(ForwarderError.Request, new HttpRequestException(HttpRequestError.ResponseEnded));
        }

        var head = connection.Head;
        var result = head.Read(connection.Received.Span, out var length);
        while (result == HeadResult.Whole && head.Status is >= 100 and < 200 and not StatusCodes.Status101SwitchingProtocols && interims++ < MostInterims)
        {
            interim = client.Interims;
            if (interim is not null)
            {
                DirectInterim.Write(head, interim);
            }

            connection.Consume(length);
            result = head.Read(connection.Received.Span, out length);
        }

        if (result == HeadResult.Bad || (result == HeadResult.Whole && head.Status < 200))
        {
            throw new DirectFaultException(ForwarderError.Request, new HttpRequestException(HttpRequestError.InvalidResponse));
        }

        connection.Consume(length);
        return result == HeadResult.Whole ? head : null;
    }
}
