using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Sidecar.Contracts;

internal enum BodyProblem
{
    None,
    TooLarge,
    MalformedJson,
    NotAnObject,
    NotAForm,
}

/// <summary>A body as the app would read it.</summary>
internal readonly record struct ParsedBody(BodyProblem Problem, RequestFields Fields, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Reads the bodies of takeover routes, within a bound and by the app's rules: nothing is an empty object, JSON must be an
/// object, and everything else is taken for a form, or for JSON where the app knows no forms.
/// </summary>
internal static class RequestBody
{
    /// <summary>The largest body a takeover route reads.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostFormFields = 64;

    // RFC 2046 allows 70; the reader throws at what its buffer does not hold.
    private const int LongestBoundary = 70;
    private const int DeepestJson = 32;

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = DeepestJson };

    public static ValueTask<ParsedBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => ReadAsync(request, takesForms: true, cancellationToken);

    /// <param name="request">Whose body it is.</param>
    /// <param name="takesForms">Whether what does not call itself JSON is a form.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    public static async ValueTask<ParsedBody> ReadAsync(HttpRequest request, bool takesForms, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes || await ReadBytesAsync(request.Body, cancellationToken) is not { } bytes)
        {
            return new(BodyProblem.TooLarge, RequestFields.None, default);
        }

        if (bytes.Length == 0)
        {
            return new(BodyProblem.None, RequestFields.None, bytes);
        }

        var (problem, fields) = !takesForms || request.ContentType?.TrimStart().StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true
            ? ParseJson(bytes)
            : await ParseFormAsync(request.ContentType, bytes, cancellationToken);
        return new(problem, fields, bytes);
    }

    /// <summary>The whole body, or null when there is more than <see cref="MostBytes"/>.</summary>
    private static async ValueTask<byte[]?> ReadBytesAsync(Stream body, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > MostBytes)
            {
                return null;
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    private static (BodyProblem Problem, RequestFields Fields) ParseJson(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (BodyProblem.None, RequestFields.From(document.RootElement))
                : (BodyProblem.NotAnObject, RequestFields.None);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is no valid UTF-16, such as a lone surrogate.
            return (BodyProblem.MalformedJson, RequestFields.None);
        }
    }

    private static async ValueTask<(BodyProblem Problem, RequestFields Fields)> ParseFormAsync(string? contentType, byte[] bytes, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return (BodyProblem.NotAForm, RequestFields.None);
        }

        try
        {
            IEnumerable<KeyValuePair<string, string>> pairs = [];
            if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            {
                using var reader = new FormReader(Encoding.UTF8.GetString(bytes)) { ValueCountLimit = MostFormFields };
                pairs = Pairs(await reader.ReadFormAsync(cancellationToken));
            }
            else if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
                && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= LongestBoundary } boundary)
            {
                pairs = await ReadMultipartAsync(boundary, bytes, cancellationToken);
            }

            var fields = RequestFields.From(pairs);
            return pairs.Any() ? (BodyProblem.None, fields) : (BodyProblem.NotAForm, RequestFields.None);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return (BodyProblem.NotAForm, RequestFields.None);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(Dictionary<string, StringValues> form) =>
        form.SelectMany(static entry => entry.Value.Select(value => KeyValuePair.Create(entry.Key, value ?? "")));

    private static async ValueTask<List<KeyValuePair<string, string>>> ReadMultipartAsync(string boundary, byte[] bytes, CancellationToken cancellationToken)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        var reader = new MultipartReader(boundary, new MemoryStream(bytes));
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (pairs.Count == MostFormFields)
            {
                throw new InvalidDataException("Too many form fields.");
            }

            if (section.GetContentDispositionHeader() is { } disposition && disposition.IsFormDisposition())
            {
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
                using var text = new StreamReader(section.Body, Encoding.UTF8);
                pairs.Add(KeyValuePair.Create(name, await text.ReadToEndAsync(cancellationToken)));
            }
        }

        return pairs;
    }
}
