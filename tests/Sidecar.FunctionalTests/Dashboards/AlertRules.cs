using Sidecar.FunctionalTests.Hosting;
using YamlDotNet.RepresentationModel;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>An alert as the rules file has it.</summary>
internal sealed record AlertRule(string Name, string Expression, string Severity, string Runbook);

internal static class AlertRules
{
    public static string File { get; } = RepositoryRoot.Combine("deploy", "prometheus", "sidecar.rules.yaml");

    public static IReadOnlyList<AlertRule> Read()
    {
        var yaml = new YamlStream();
        using var text = System.IO.File.OpenText(File);
        yaml.Load(text);
        return
        [
            .. from rules in (YamlSequenceNode)yaml.Documents[0].RootNode["groups"]
               from rule in (YamlSequenceNode)rules["rules"]
               select new AlertRule(rule["alert"].ToString(), rule["expr"].ToString(), rule["labels"]["severity"].ToString(), rule["annotations"]["runbook_url"].ToString()),
        ];
    }
}
