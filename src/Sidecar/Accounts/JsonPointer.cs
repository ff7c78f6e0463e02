using System.Globalization;
using System.Text.Json;

namespace Sidecar.Accounts;

/// <summary>Looks into a JSON document by a pointer (RFC 6901).</summary>
internal static class JsonPointer
{
    /// <summary>What the pointer leads to; null where it leads to nothing.</summary>
    public static JsonElement? Find(JsonElement root, string pointer)
    {
        var found = root;
        foreach (var step in pointer.Split('/').Skip(1).Select(static step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (found.ValueKind == JsonValueKind.Object && found.TryGetProperty(step, out var member))
            {
                found = member;
            }
            else if (found.ValueKind == JsonValueKind.Array && IsIndex(step, out var index) && index < found.GetArrayLength())
            {
                found = found[index];
            }
            else
            {
                return null;
            }
        }

        return found;
    }

    /// <summary>A text as it is, anything else as JSON writes it.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>Whether there is something: not null, false, zero or empty.</summary>
    public static bool SaysYes(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Number => !value.TryGetDouble(out var number) || number != 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => false,
    };

    private static bool IsIndex(string step, out int index) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index) && (step.Length == 1 || step[0] != '0');
}
