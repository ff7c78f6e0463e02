using System.Collections;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

/// <summary>A folder of settings files, with environment and flags above them.</summary>
internal sealed class SettingsFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sidecar-settings-");
    private readonly Hashtable _environment = [];
    private readonly List<string> _sets = [];

    public string Path => _directory.FullName;

    public SettingsFolder File(string name, string text)
    {
        System.IO.File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return this;
    }

    /// <summary><c>service_conf.yaml</c></summary>
    public SettingsFolder App(string text) => File("service_conf.yaml", text);

    /// <summary><c>local.service_conf.yaml</c></summary>
    public SettingsFolder Local(string text) => File("local.service_conf.yaml", text);

    /// <summary><c>sidecar.yaml</c></summary>
    public SettingsFolder Own(string text) => File("sidecar.yaml", text);

    public SettingsFolder Environment(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    public SettingsFolder Flag(string set)
    {
        _sets.Add(set);
        return this;
    }

    public SettingsSection Load() => SettingsLoader.Load(Path, _sets, _environment);

    public SidecarOptions Read() => SidecarOptions.Read(new CommandLine("run", Path, _sets, ""), _environment);

    public void Dispose() => _directory.Delete(recursive: true);
}
