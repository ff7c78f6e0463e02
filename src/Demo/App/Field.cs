using System.Text.Json;

namespace Sidecar.Demo.App;

/// <summary>One value of a body, with what the app's language asks of it: is it text, is it truthy, what is it called.</summary>
/// <param name="Text">The text; null when the value is of another type.</param>
/// <param name="IsTruthy">False for null, "", 0, false and empty containers.</param>
/// <param name="PythonType">The type's name as it stands in the app's exceptions.</param>
/// <param name="Raw">How the app would print it.</param>
internal sealed record Field(string? Text, bool IsTruthy, string PythonType, string Raw)
{
    public static Field Missing { get; } = new(null, false, "NoneType", "None");

    public static Field Of(string text) => new(text, text.Length > 0, "str", text);

    public static Field Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Of(value.GetString()!),
        JsonValueKind.Number => new(null, value.GetDouble() != 0, "int", value.GetRawText()),
        JsonValueKind.True => new(null, true, "bool", "True"),
        JsonValueKind.False => new(null, false, "bool", "False"),
        JsonValueKind.Array => new(null, value.GetArrayLength() > 0, "list", value.GetRawText()),
        JsonValueKind.Object => new(null, value.EnumerateObject().Any(), "dict", value.GetRawText()),
        _ => Missing,
    };
}
