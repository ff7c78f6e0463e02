using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Hosting;

/// <summary>
/// Reads a YAML file into setting nodes through YamlDotNet's representation model, which needs no reflection. Numbers and
/// booleans stay text: what a value means is decided by who reads it, so an unquoted password of digits is still a password.
/// </summary>
internal static class YamlSettings
{
    private const int Deepest = 32;

    /// <summary>How the parser begins to say that a key is named twice.</summary>
    private const string Duplicate = "Duplicate key";

    /// <summary>Far more than there are settings: a few aliases of aliases stand for any number of values.</summary>
    private const int Most = 100_000;

    /// <summary>The file's settings; null when it does not exist or is empty. Unreadable files add a fault without a key.</summary>
    public static SettingNode? Load(string path, List<Fault> faults)
    {
        if (Directory.Exists(path))
        {
            faults.Add(new Fault(path, "", "", "is a folder", "put the file itself there; container engines make a folder where the file that is to be mounted is missing"));
            return null;
        }

        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            if (SmallFile.Text(path) is not { } text)
            {
                faults.Add(new Fault(path, "", "", "is longer than 1 MiB", "see what wrote it; settings are a few KiB"));
                return null;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0 || stream.Documents[0].RootNode is YamlScalarNode { Value: null or "" })
            {
                return null;
            }

            if (stream.Documents[0].RootNode is YamlMappingNode root)
            {
                var left = Most;
                return Convert(root, path, 0, ref left);
            }

            faults.Add(new Fault(path, "", "", "does not hold sections", "start it with a key such as `smtp:`"));
        }
        catch (YamlException error)
        {
            // The parser's message can quote the file, and with it a password: only the place is told.
            faults.Add(error.Message.StartsWith(Duplicate, StringComparison.Ordinal)
                ? new Fault($"{path}:{error.Start.Line}", "", "", $"names a key near column {error.Start.Column} that was named before", "write both into one")
                : new Fault($"{path}:{error.Start.Line}", "", "", $"is not valid YAML near column {error.Start.Column}", "check indentation, colons and quotes on that line"));
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // What the parser throws at some broken text instead of its own exception.
            faults.Add(new Fault(path, "", "", "is not valid YAML", "check that every bracket and quote is closed, and that no alias holds itself or many others"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add(new Fault(path, "", "", SmallFile.Problem(error), error is NoFileException ? "put the file itself there" : "give the sidecar's user the right to read it"));
        }

        return null;
    }

    private static SettingNode Convert(YamlNode node, string source, int depth, ref int left)
    {
        // An alias may lead back to what holds it, and aliases of aliases to any number of values.
        if (depth > Deepest || --left < 0)
        {
            throw new ArgumentException("Nested too deep, or too many.");
        }

        switch (node)
        {
            case YamlMappingNode map:
                var entries = new Dictionary<string, SettingNode>(StringComparer.OrdinalIgnoreCase);
                foreach (var (key, value) in map.Children)
                {
                    if (key is YamlScalarNode { Value: { } name })
                    {
                        // Names count in any case, so a file can name one twice that the parser takes for two. What the app makes of its own is its affair.
                        if (entries.ContainsKey(name) && !SettingsLoader.IsTheApps(source))
                        {
                            throw new YamlException(key.Start, key.End, Duplicate);
                        }

                        entries[name] = Convert(value, source, depth + 1, ref left);
                    }
                }

                return SettingNode.OfMap(source, entries);
            case YamlSequenceNode list:
                var items = new List<SettingNode>();
                foreach (var child in list.Children)
                {
                    items.Add(Convert(child, source, depth + 1, ref left));
                }

                return SettingNode.OfList(source, items);
            case YamlScalarNode scalar:
                return SettingNode.Scalar(source, IsNull(scalar) ? null : scalar.Value);
            default:
                return SettingNode.Scalar(source, null);
        }
    }

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" or "Null" or "NULL";
}
