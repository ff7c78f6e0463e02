namespace Sidecar.Doctor;

/// <summary>What is written, before anything is tried.</summary>
internal sealed class SettingsChecks(Patient patient, CheckSheet sheet)
{
    private const string Target = "configuration";

    public void Run()
    {
        if (patient.Faults.Count == 0)
        {
            sheet.Add(Target, "settings", Finding.Ok("read, without a fault"));
        }

        foreach (var fault in patient.Faults)
        {
            var value = fault.Value.Length > 0 ? $" `{fault.Value}`" : "";
            sheet.Add(Target, "settings", new(CheckStatus.Failed, $"{fault.Source}: {$"{fault.Key}{value} {fault.Problem}".TrimStart()}", fault.Fix) { Data = [("key", fault.Key), ("source", fault.Source)] });
        }

        if (patient.IsRecoveryOff)
        {
            sheet.Add(Target, "recovery", Finding.Warn("switched off: its paths answer \"service temporarily unavailable\"", "set recovery.enabled: true"));
        }

        if (patient.IsFaulty("keys", "pepper"))
        {
            sheet.Skip(Target, "secrets", "see the faults above");
        }
        else if (!patient.KeysAreMadeUp)
        {
            sheet.Add(Target, "secrets", Finding.Ok("keys and pepper are there"));
        }
        else
        {
            sheet.Add(Target, "secrets", patient.UsesRedis
                ? Finding.Warn("made up anew at every start (Development), so codes in Redis die with the process", "print keys and pepper with `sidecar keygen`")
                : Finding.Ok("made up at every start, which is enough for the memory store"));
        }
    }
}
