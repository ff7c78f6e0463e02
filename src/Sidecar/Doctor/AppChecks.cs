using System.Net.Sockets;
using System.Security.Cryptography;
using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Doctor;

/// <summary>The app behind each port: is it there, does it speak what is served, can accounts be told apart, and is there a way past the sidecar.</summary>
internal sealed class AppChecks(Patient patient, CheckSheet sheet)
{
    private const string Accounts = "accounts";

    /// <summary>The contracts that are served in front of what was found.</summary>
    public IReadOnlyList<string> Served { get; private set; } = patient.Served([]);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var anybody = false;
        foreach (var listener in patient.Listeners.DistinctBy(static listener => listener.Name))
        {
            anybody |= await UpstreamAsync(listener, cancellationToken);
        }

        await AccountsAsync(anybody, cancellationToken);
    }

    private async Task<bool> UpstreamAsync(ListenerOptions listener, CancellationToken cancellationToken)
    {
        var target = $"app {listener.Name}";
        if (!await sheet.TryAsync(target, "connection", patient.AppTimeout, token => ConnectAsync(listener, token), cancellationToken))
        {
            sheet.Skip(target, patient.NeedsHandoff ? "contract" : "reset", "the app cannot be reached");
            sheet.Skip(target, "ways past", "the app cannot be reached");
            return false;
        }

        if (patient.NeedsHandoff)
        {
            await sheet.TryAsync(target, "contract", patient.AppTimeout * 4, token => ContractAsync(listener, token), cancellationToken);
        }

        if (patient.ResetPath is { } path)
        {
            await sheet.TryAsync(target, "reset", patient.AppTimeout, token => UnsignedReset.LookAsync(patient.App, new(listener.Upstream, path), token), cancellationToken);
        }

        await sheet.TryAsync(target, "ways past", patient.AppTimeout, token => WaysPast.LookAsync(listener, token), cancellationToken);
        return true;
    }

    private static async Task<Finding> ConnectAsync(ListenerOptions listener, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await listener.ConnectAsync(cancellationToken);
            return Finding.Ok($"takes connections at {listener.Socket ?? Place.Of(socket.RemoteEndPoint)}");
        }
        catch (SocketException) when (listener.Socket is not null)
        {
            return Finding.Fail("nothing listens there, or the sidecar may not write to it", "start the app, check the path of listeners[].upstream, and let the sidecar's user write to the socket");
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => Finding.Fail("nothing listens there", "start the app, or check host and port of listeners[].upstream"),
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => Finding.Fail($"the name {listener.Upstream.Host} does not resolve", "check listeners[].upstream; a Compose service name resolves only within its network"),
                _ => Finding.Fail("cannot be reached", "check listeners[].upstream and the network between"),
            };
        }
    }

    private async Task<Finding> ContractAsync(ListenerOptions listener, CancellationToken cancellationToken)
    {
        ContractFinding finding;
        try
        {
            finding = await new ContractProbe(patient.App, listener.Upstream).LookAsync(cancellationToken);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return Finding.Fail("its certificate is not trusted, or is for another name", $"name its authority in listeners[].upstream_tls.ca, and in .server_name whom it is for{(listener.UpstreamTls is { } tls ? $" (now {tls.ServerName})" : "")}");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Finding.Fail("takes the connection and does not answer HTTP", "check scheme and port of listeners[].upstream");
        }

        var served = patient.Served(finding.Contracts);
        Served = finding.Contracts.Count > 0 ? served : Served;
        return Judge(finding, served, string.Join(", ", finding.Contracts)) with { Data = [("contracts", finding.Contracts.ToArray()), ("mounted", served.ToArray())] };
    }

    private Finding Judge(ContractFinding finding, IReadOnlyList<string> served, string names)
    {
        var (found, isRagflow, status) = finding;
        if (found.Any(served.Contains))
        {
            return Finding.Ok($"speaks {names}, served: {string.Join(", ", served)}");
        }

        if (found.FirstOrDefault(patient.Mountable.Contains) is { } missing)
        {
            return Finding.Fail(
                $"speaks {names}, which is not served ({string.Join(", ", served)} is)",
                patient.MayNotAsk ? $"set app.probe: true, so that contracts: [auto] follows the app, or write contracts: [{missing}]"
                    : patient.InTheWayOf(missing) is { } other ? $"write contracts: [auto], or {missing} in the place of {other}" : $"write contracts: [auto], or add {missing} to contracts");
        }

        if (found.Count > 0)
        {
            return Finding.Fail($"speaks {names}, which this sidecar does not serve: its recovery paths are guarded, resets do not go through", $"run a RAGFlow release that speaks {string.Join(" or ", patient.Mountable)} (docs/ragflow.md)");
        }

        return isRagflow ? Finding.Fail("is a RAGFlow without a forgot-password flow", "run RAGFlow v0.21.1 or later (docs/ragflow.md)")
            : status is 502 or 503 or 504 ? Finding.Fail($"something answers {status} in place of the app", "RAGFlow's nginx is up and its backend is not: wait until it has started, and look at its log")
            : Finding.Fail("does not answer as a RAGFlow does", "check that listeners[].upstream is RAGFlow's nginx (port 80) or its API (port 9380)");
    }

    private async Task AccountsAsync(bool isThere, CancellationToken cancellationToken)
    {
        if (patient.IsFaulty("accounts"))
        {
            sheet.Skip(Accounts, "look-up", "see the faults above");
        }
        else if (patient.Accounts is not { } accounts)
        {
            sheet.Add(Accounts, "look-up", Finding.Warn("accounts.kind is any: every address is taken for an account and mailed", "set accounts.kind: probe (RAGFlow) or http where the app can be asked"));
        }
        else if (!isThere && patient.AccountsAskTheApp)
        {
            sheet.Skip(Accounts, "look-up", "the app cannot be reached");
        }
        else
        {
            await sheet.TryAsync(Accounts, "look-up", patient.AccountsTimeout + TimeSpan.FromSeconds(1), token => LookUpAsync(accounts, token), cancellationToken);
        }
    }

    private static async Task<Finding> LookUpAsync(IAccountLookup accounts, CancellationToken cancellationToken)
    {
        // Nobody has it: the domain cannot exist (RFC 2606).
        if (!EmailAddress.TryParse($"sidecar-check-{RandomNumberGenerator.GetHexString(16, lowercase: true)}@sidecar.invalid", out var nobody))
        {
            throw new InvalidOperationException("The made-up address is none.");
        }

        try
        {
            return await accounts.ExistsAsync(nobody, cancellationToken)
                ? Finding.Fail("a made-up address is said to have an account", "check accounts.kind and accounts.upstream, or accounts.http.exists")
                : Finding.Ok("answers, and tells that a made-up address has no account");
        }
        catch (AccountsUnavailableException error)
        {
            return Finding.Fail(error.Message, error.Hint.Length > 0 ? error.Hint : "check that accounts.upstream is the app with the login, or accounts.http where that asks; accounts.kind: any does without, and mails to any address");
        }
    }
}
