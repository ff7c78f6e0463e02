using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>What happens next in a scenario: an exchange to be compared, or something done to the world between two of them.</summary>
internal abstract record Step
{
    public static Step Read(JsonObject step) => step["world"] switch
    {
        null => Exchange.Read(step),
        JsonObject change when change["advance"] is { } seconds => new AdvanceClock((int)seconds),
        JsonObject change when change["prove"] is { } address => new ProveAddress((string)address!),
        JsonObject change when change["log_out"] is { } address => new LogOut((string)address!),
        JsonObject change when change["mail"] is { } mail => new SwitchMail((string)mail! == "up"),
        JsonObject change when change["redis"] is { } redis => new SwitchRedis((string)redis! == "up"),
        JsonValue value when (string)value! == "fresh" => new FreshStore(),
        var other => throw new FormatException($"Unknown change of the world: {other.ToJsonString()}"),
    };
}

/// <summary>Time passes.</summary>
internal sealed record AdvanceClock(int Seconds) : Step;

/// <summary>The address becomes verified for the scenario's client.</summary>
internal sealed record ProveAddress(string Address) : Step;

/// <summary>The user ends his session with the app.</summary>
internal sealed record LogOut(string Address) : Step;

internal sealed record SwitchMail(bool On) : Step;

internal sealed record SwitchRedis(bool On) : Step;

/// <summary>The store is emptied, the client keeps its cookies.</summary>
internal sealed record FreshStore : Step;

/// <summary>A recorded request and its answer.</summary>
/// <param name="Index">Its number in the recording, which lists and reports name it by.</param>
/// <param name="Skip">Why it is not played.</param>
/// <param name="CaptchaText">The text the app stored for the picture it answered with.</param>
/// <param name="Mail">The mail that this request sent.</param>
internal sealed record Exchange(int Index, string? Note, string? Skip, RecordedRequest Request, Answer Answer, string? CaptchaText, RecordedMail? Mail)
    : Step
{
    public static new Exchange Read(JsonObject step)
    {
        var response = step["response"]!.AsObject();
        return new(
            (int)step["step"]!,
            (string?)step["note"],
            (string?)step["skip"],
            RecordedRequest.Read(step["request"]!.AsObject()),
            Answer.Recorded(response),
            (string?)response["captcha"],
            step["mail"] is { } mail ? new((string)mail["to"]!, (string)mail["code"]!) : null);
    }
}

internal sealed record RecordedMail(string To, string Code);
