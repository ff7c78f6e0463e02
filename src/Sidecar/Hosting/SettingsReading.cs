using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Hosting;

/// <summary>
/// One reading of all settings: what was asked for, from which files, and what is wrong. Kept because it tells a later reading
/// what has changed since, and the reference what there is to set.
/// </summary>
/// <param name="directory">The folder of the settings; relative paths start there.</param>
/// <param name="faults">Where faults are collected.</param>
internal sealed class SettingsReading(string directory, List<Fault> faults)
{
    public string Directory { get; } = directory;

    public List<Fault> Faults { get; } = faults;

    /// <summary>Every setting that was asked for, in that order; some more than once.</summary>
    public List<SettingUse> Uses { get; } = [];

    /// <summary>The files whose content counts, whether they exist or not.</summary>
    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>A path as the settings give it.</summary>
    public string Full(string path) => Path.GetFullPath(path, Path.GetFullPath(Directory));

    /// <summary>Stands for a content that must not be kept.</summary>
    public static string Mark(string content) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    /// <summary>Stands for what a file holds now; empty when it cannot be read.</summary>
    public static string MarkOf(string file)
    {
        try
        {
            return SmallFile.Bytes(file) is { } bytes ? Convert.ToHexString(SHA256.HashData(bytes)) : "too long";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return "";
        }
    }
}
