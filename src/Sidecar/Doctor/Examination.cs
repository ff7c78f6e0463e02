namespace Sidecar.Doctor;

/// <summary>All looks in the order in which an operator would ask: what is written, the app, the stores, the mail.</summary>
internal sealed class Examination(Patient patient, CheckSheet sheet)
{
    /// <summary>The dialogues with the relays, by relay.</summary>
    public List<(string Relay, IReadOnlyList<string> Lines)> Transcripts { get; } = [];

    /// <summary>Takes all looks. What ends it early becomes a line of its own.</summary>
    /// <param name="interrupted">Ends it from outside.</param>
    public async Task RunAsync(CancellationToken interrupted)
    {
        var limit = Limit();
        using var timer = new CancellationTokenSource(limit, sheet.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, interrupted);
        try
        {
            await AllAsync(both.Token);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            sheet.Add("check", "run", interrupted.IsCancellationRequested
                ? Finding.Fail("interrupted; what is missing was not looked at", "run it again")
                : Finding.Fail($"took longer than {limit.TotalSeconds:0} s; what is missing was not looked at", "mend what is slow above, and run it again"));
        }
    }

    private async Task AllAsync(CancellationToken cancellationToken)
    {
        new SettingsChecks(patient, sheet).Run();
        var app = new AppChecks(patient, sheet);
        await app.RunAsync(cancellationToken);
        await new StoreChecks(patient, sheet, app.Served).RunAsync(cancellationToken);
        foreach (var relay in patient.Relays.Where(static relay => relay.IsConfigured))
        {
            await new RelayChecks(patient, relay, sheet, Transcripts).RunAsync(cancellationToken);
        }

        if (!patient.Relays.Any(static relay => relay.IsConfigured))
        {
            sheet.Skip("mail", "relay", "smtp.mail_server is not set, so no code can be mailed");
        }
    }

    /// <summary>More than the sum of what the looks may take by themselves would only mean that something hangs.</summary>
    private TimeSpan Limit() =>
        TimeSpan.FromSeconds(60)
        + (patient.AppTimeout * 6 * patient.Listeners.Count)
        + patient.AccountsTimeout
        + (((patient.Mail.ConnectTimeout * 3) + (patient.Mail.CommandTimeout * 8)) * patient.Relays.Count);
}
