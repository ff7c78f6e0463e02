using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Sidecar.Contracts;

/// <summary>Reads a step's body by its contract's rules, and answers where it breaks them.</summary>
internal static class StepBody
{
    /// <summary>The body; null where it was refused, which is answered then.</summary>
    /// <param name="request">The request.</param>
    /// <param name="onePlainReading">Whether what could be read as another body by another reader is refused.</param>
    public static async ValueTask<ParsedBody?> ReadAsync(StepRequest request, bool onePlainReading)
    {
        var context = request.Context;
        if (onePlainReading && !IsPlainJson(context.Request.Headers))
        {
            return await RefuseAsync(request, "bad_body", Refusal.NotPlainJson);
        }

        var body = await RequestBody.ReadAsync(context.Request, request.Route.Words.TakesForms, context.RequestAborted);
        return body.Problem switch
        {
            BodyProblem.TooLarge => await RefuseAsync(request, "bad_body", Refusal.BodyTooLarge),
            BodyProblem.MalformedJson => await RefuseAsync(request, "bad_body", Refusal.MalformedJson),
            BodyProblem.NotAnObject => await RefuseAsync(request, "bad_body", Refusal.NotAnObject),
            BodyProblem.NotAForm => await RefuseAsync(request, "bad_body", Refusal.NeitherJsonNorForm),
            _ when onePlainReading && body.Fields.RepeatsName => await RefuseAsync(request, "field_repeated", Refusal.FieldRepeated),
            _ => body,
        };
    }

    /// <summary>Decides and answers a refusal.</summary>
    public static async ValueTask<ParsedBody?> RefuseAsync(StepRequest request, string outcome, Refusal refusal, string detail = "", string? typed = null)
    {
        request.Decision.Make(outcome, typed);
        await request.Route.Words.RefuseAsync(request.Context, request.Route, refusal, detail);
        return null;
    }

    /// <summary>Apps differ in what they make of other charsets, encodings and a second type, and some look for none.</summary>
    private static bool IsPlainJson(IHeaderDictionary headers) =>
        headers.ContentEncoding.Count == 0
        && headers.ContentType is [{ } text]
        && MediaTypeHeaderValue.TryParse(text, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(static parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
        && type.Parameters.Count < 2
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
