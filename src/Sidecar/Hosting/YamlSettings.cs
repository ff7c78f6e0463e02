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

    /// <summary>The file's settings; null when it does not exist or is empty. Unreadable files add a fault without a key.</summary>
    public static SettingNode? Load(string path, List<Fault> faults)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var reader = new StreamReader(path);
            var stream = new YamlStream();
            stream.Load(reader);
            if (stream.Documents.Count == 0 || stream.Documents[0].RootNode is YamlScalarNode { Value: null or "" })
            {
                return null;
            }

            if (stream.Documents[0].RootNode is YamlMappingNode root)
            {
                return Convert(root, path);
            }

            faults.Add(new Fault(path, "", "", "does not hold sections", "start it with a key such as `smtp:`"));
        }
        catch (YamlException error)
        {
            // The parser's message can quote the file, and with it a password: only the place is told.
            faults.Add(new Fault($"{path}:{error.Start.Line}", "", "", $"is not valid YAML near column {error.Start.Column}", "check indentation, colons and quotes on that line"));
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // What the parser throws at some broken text instead of its own exception.
            faults.Add(new Fault(path, "", "", "is not valid YAML", "check that every bracket and quote is closed, and that no alias holds itself"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add(new Fault(path, "", "", "cannot be read", "give the sidecar's user the right to read it"));
        }

        return null;
    }

    private static SettingNode Convert(YamlNode node, string source, int depth = 0) => node switch
    {
        // An alias may lead back to what holds it.
        _ when depth > Deepest => throw new ArgumentException("Nested too deep."),
        YamlMappingNode map => SettingNode.OfMap(source, Entries(map, source, depth + 1)),
        YamlSequenceNode list => SettingNode.OfList(source, [.. list.Children.Select(child => Convert(child, source, depth + 1))]),
        YamlScalarNode scalar => SettingNode.Scalar(source, IsNull(scalar) ? null : scalar.Value),
        _ => SettingNode.Scalar(source, null),
    };

    private static Dictionary<string, SettingNode> Entries(YamlMappingNode map, string source, int depth)
    {
        var result = new Dictionary<string, SettingNode>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in map.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
            {
                result[name] = Convert(value, source, depth);
            }
        }

        return result;
    }

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" or "Null" or "NULL";
}
