using System.Collections;
using Sidecar.Hosting;

namespace Sidecar.Tests;

/// <summary>Settings as flags would give them.</summary>
internal static class TestSettings
{
    public static SettingsSection Of(params (string Key, string Value)[] settings)
    {
        var root = SettingsLoader.Load(Path.GetTempPath(), [.. settings.Select(setting => $"{setting.Key}={setting.Value}")], new Hashtable());
        Assert.Empty(root.Faults);
        return root;
    }
}
