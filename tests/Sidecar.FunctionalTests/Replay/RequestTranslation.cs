using System.Text;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>Turns a recorded request into this run's: its own captcha answers, codes, ciphertexts and cookies.</summary>
internal sealed class RequestTranslation(MailedCodes codes, PasswordCipher cipher, string fixedAnswer)
{
    /// <summary>The text the recorded app kept last; a used or ended one stays the right answer.</summary>
    public string? StoredCaptcha { get; set; }

    /// <summary>The Authorization that each step was answered with.</summary>
    public Dictionary<int, string> Issued { get; } = [];

    /// <summary>The request to send.</summary>
    /// <param name="recorded">What was sent to the app.</param>
    /// <param name="server">The sidecar.</param>
    /// <param name="cookies">The client's Cookie header.</param>
    /// <param name="asRecorded">False for a request that this run words itself: its body goes as it is.</param>
    public RawRequest Translate(RecordedRequest recorded, Uri server, string? cookies, bool asRecorded = true)
    {
        var headers = recorded.Headers.ToList();
        var body = recorded.Body ?? [];
        if (recorded.Json is { } json)
        {
            body = Encoding.UTF8.GetBytes((asRecorded ? Body(json) : json).ToJsonString());
            headers.Add(new("Content-Type", "application/json"));
        }

        if (recorded.IssuedByStep is { } step && Issued.TryGetValue(step, out var authorization))
        {
            headers.Add(new("Authorization", authorization));
        }

        if (cookies is not null)
        {
            headers.Add(new("Cookie", cookies));
        }

        return new(server, recorded.Method, recorded.Target) { Headers = headers, Body = body };
    }

    public JsonObject Body(JsonObject recorded)
    {
        var body = new JsonObject();
        foreach (var (name, value) in recorded)
        {
            body[name] = (name, value) switch
            {
                ("captcha", JsonValue text) when text.TryGetValue<string>(out var captcha) => CaptchaText.Translate(captcha, StoredCaptcha, fixedAnswer),
                ("otp", JsonValue text) when text.TryGetValue<string>(out var code) => codes.Translate(code),
                (_, JsonObject one) => Special(one) ?? value.DeepClone(),
                _ => value?.DeepClone(),
            };
        }

        return body;
    }

    private JsonNode? Special(JsonObject value)
    {
        if (value.Count != 1)
        {
            return null;
        }

        var (what, of) = value.First();
        return what switch
        {
            "repeat" => LongText.Repeat(value),
            // As a client of a release sends it: what was recorded took passwords in the clear.
            "clear" or "encrypt" => cipher.Encrypt((string)of!),
            "encrypt_raw" => cipher.EncryptRaw((string)of!),
            "encrypt_with_other_key" => PasswordCipher.EncryptWithOtherKey((string)of!),
            "base64_of" => Convert.ToBase64String(Encoding.UTF8.GetBytes(LongText.Repeat(new JsonObject { ["repeat"] = of!.DeepClone() })!)),
            _ => null,
        };
    }
}
