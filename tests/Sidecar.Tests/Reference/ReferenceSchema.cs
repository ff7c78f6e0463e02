using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.Hosting;

namespace Sidecar.Tests.Reference;

/// <summary>The settings as a JSON schema (draft-07, which editors know best), for whoever writes <c>sidecar.yaml</c> in one.</summary>
internal static partial class ReferenceSchema
{
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<SettingUse> settings, IReadOnlyDictionary<string, string> meanings)
    {
        var root = Section();
        foreach (var use in settings)
        {
            var parent = root;
            var steps = use.Key.Split('.');
            foreach (var step in steps[..^1])
            {
                parent = Child(parent, step);
            }

            Put(parent, steps[^1], Setting(use, ReferenceTable.Meaning(use.Key, meanings) ?? ""));
        }

        SpellBothWays(root);
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Sidecar: sidecar.yaml",
            ["description"] = "Made from the source; docs/configuration.md says more.",
        };
        foreach (var (name, value) in root.ToArray())
        {
            root.Remove(name);
            schema[name] = value;
        }

        return schema.ToJsonString(Form) + "\n";
    }

    private static JsonObject Section() => new() { ["type"] = new JsonArray("object", "null"), ["properties"] = new JsonObject(), ["additionalProperties"] = false };

    /// <summary>The section of that name, or the items of that list (<c>name[]</c>).</summary>
    private static JsonObject Child(JsonObject parent, string step)
    {
        var isList = step.EndsWith("[]", StringComparison.Ordinal);
        var name = isList ? step[..^2] : step;
        var existing = name.StartsWith('<') ? parent["additionalProperties"] as JsonObject : parent["properties"]![name] as JsonObject;
        if (existing is null)
        {
            existing = isList ? new JsonObject { ["type"] = "array", ["items"] = Section() } : Section();
            Put(parent, name, existing);
        }

        return isList ? existing["items"]!.AsObject() : existing;
    }

    private static void Put(JsonObject parent, string name, JsonObject value)
    {
        if (name.StartsWith('<'))
        {
            parent["additionalProperties"] = value;
        }
        else
        {
            parent["properties"]![name] = value;
        }
    }

    /// <summary>The reader takes <c>_</c> where a key has <c>-</c>.</summary>
    private static void SpellBothWays(JsonObject section)
    {
        foreach (var (name, value) in section["properties"] is JsonObject properties ? properties.ToArray() : [])
        {
            SpellBothWays(value!.AsObject());
            if (name.Contains('-', StringComparison.Ordinal))
            {
                section["properties"]![name.Replace('-', '_')] = value.DeepClone();
            }
        }
    }

    private static JsonObject Setting(SettingUse use, string meaning)
    {
        var words = ReferenceTable.Values(use).Replace("`", "", StringComparison.Ordinal);
        var schema = new JsonObject { ["description"] = Link.Replace(meaning, "${text}").Replace("`", "", StringComparison.Ordinal) + (use.Kind is SettingKind.Duration ? $" ({words})" : "") };
        switch (use.Kind)
        {
            case SettingKind.Int:
                schema["type"] = "integer";
                schema["minimum"] = use.Range!.Value.Min;
                schema["maximum"] = use.Range!.Value.Max;
                break;
            case SettingKind.Bool:
                schema["enum"] = new JsonArray(true, false, "yes", "no", "on", "off");
                break;
            case SettingKind.Duration:
                schema["type"] = "string";
                schema["pattern"] = "^[0-9]+ ?(ms|s|m|h|d)$";
                break;
            case SettingKind.Choice:
                schema["enum"] = new JsonArray([.. use.Words.Select(static word => JsonValue.Create(word))]);
                break;
            case SettingKind.Texts:
                schema["type"] = new JsonArray("array", "string", "integer");
                schema["items"] = new JsonObject { ["type"] = new JsonArray("string", "integer") };
                break;
            default:
                // An unquoted password of digits is a password.
                schema["type"] = new JsonArray("string", "number", "null");
                break;
        }

        if (use.Default.Length > 0 && use.Kind != SettingKind.Texts)
        {
            schema["default"] = use.Kind switch
            {
                SettingKind.Int => JsonValue.Create(int.Parse(use.Default, System.Globalization.CultureInfo.InvariantCulture)),
                SettingKind.Bool => JsonValue.Create(use.Default == "true"),
                _ => JsonValue.Create(use.Default),
            };
        }

        return schema;
    }

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\([^)]+\)")]
    private static partial Regex Link { get; }
}
