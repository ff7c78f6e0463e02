using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.Contracts;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Generic;

/// <summary>The documents of the generic contract against what the binary answers.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_EveryAnswer_IsAsItSays()
    {
        await using var world = await GenericWorld.StartAsync(settings: ["verification.enabled=true", "verification.gate.enabled=true", "verification.gate.paths=/sign-up"]);
        var document = JsonNode.Parse((await world.ManagementAsync("/openapi.json")).Body)!;
        var paths = document["paths"]!.AsObject();
        Assert.Equal(8, paths.Count);
        await ProvokeAsync(world, [.. paths.Select(static path => path.Key)]);

        var seen = new HashSet<string>();
        foreach (var (path, answer) in world.Answers)
        {
            var responses = paths[path]!["post"]!["responses"]!.AsObject();
            var response = Resolve(document, responses[$"{answer.Status}"] ?? throw new InvalidOperationException($"{path} {answer.Status} is not in the document"));
            if (path is not ("/user/forget/reset" or "/sign-up") || answer.Status != 200)
            {
                var type = answer.Value("Content-Type")!;
                var schema = response["content"]!.AsObject().FirstOrDefault(entry => entry.Key == type).Value?["schema"];
                Assert.True(schema is not null, $"{path} {answer.Status} {type} is not in the document");
                Assert.Equal("", Breach(document, schema, JsonNode.Parse(answer.Body)));
            }

            seen.Add($"{path} {answer.Status}");
        }

        Assert.Empty(paths.SelectMany(static path => new[] { 200, 400, 403, 413, 415, 422 }.Select(status => $"{path.Key} {status}")).Except(seen));
        Assert.Contains("/user/forget/otp 429", seen);
    }

    [Fact]
    public async Task Document_VerificationOff_LeavesItOut()
    {
        await using var world = await GenericWorld.StartAsync();

        Assert.Equal(4, JsonNode.Parse((await world.ManagementAsync("/openapi.json")).Body)!["paths"]!.AsObject().Count);
    }

    [Fact]
    public void Problems_OfTheCode_AreThoseOfTheDocuments()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "problems.md"));
        var document = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("src", "Sidecar", "Contracts", "openapi.json")))!;
        var documented = document["components"]!["responses"]!.AsObject()
            .SelectMany(static response => response.Value!["content"]!["application/problem+json"]!["schema"]!["allOf"]![1]!["properties"]!["type"]!["enum"]!.AsArray().Select(static type => (string)type!)).ToHashSet();

        Assert.Equal(ProblemType.All.Select(static type => type.Name), Regex.Matches(page, "^## ([a-z-]+)", RegexOptions.Multiline).Select(static heading => heading.Groups[1].Value));
        Assert.All(ProblemType.All, type => Assert.Contains($"{type.Uri}` · {type.Status}", page, StringComparison.Ordinal));
        // Neither is the answer to a POST of a path that is served.
        Assert.Equal(ProblemType.All.Select(static type => type.Uri).Except([ProblemType.NotFound.Uri, ProblemType.MethodNotAllowed.Uri]).Order(), documented.Order());
    }

    /// <summary>Every kind of answer that a client can bring about.</summary>
    private static async Task ProvokeAsync(GenericWorld world, IReadOnlyList<string> paths)
    {
        var ticket = await world.ProveAsync();
        await world.ResetAsync(ticket);
        var verified = await world.ProveAsync("nobody@example.com", "verify");
        await world.PostAsync("/sign-up", new { email = "nobody@example.com" }, verified);
        foreach (var path in paths)
        {
            await world.SendAsync("POST", path, "{", "application/json");
            await world.SendAsync("POST", path, "email=x", "application/x-www-form-urlencoded");
            await world.SendAsync("POST", path, $$"""{"email":"{{new string('x', 70_000)}}"}""", "application/json");
            await world.SendAsync("POST", path, "{}", "application/json");
            await world.SendAsync("POST", path, """{"email":"a@example.com","captcha":"x","otp":"x"}""", "application/json");
            await world.SendAsync("POST", path, """{"email":"a@example.com","Email":"x"}""", "application/json");
            await world.SendAsync("POST", path, "{}", "application/json", new KeyValuePair<string, string>("Origin", "https://evil.example"));
        }

        var shown = await world.PostAsync("/user/forget/captcha", new { email = GenericWorld.Alice });
        Assert.Equal(429, (await world.PostAsync("/user/forget/otp", new { email = GenericWorld.Alice, captcha = GenericWorld.Captcha }, shown.Value("Sidecar-Ticket"))).Status);
    }

    private static JsonNode Resolve(JsonNode document, JsonNode node) =>
        node["$ref"] is { } reference ? Resolve(document, ((string)reference!)[2..].Split('/').Aggregate(document, static (at, step) => at[step]!)) : node;

    /// <summary>Where a value breaks the part of JSON Schema that the document uses; empty where it does not.</summary>
    private static string Breach(JsonNode document, JsonNode schema, JsonNode? value)
    {
        schema = Resolve(document, schema);
        foreach (var part in schema["allOf"]?.AsArray() ?? [])
        {
            if (Breach(document, part!, value) is { Length: > 0 } breach)
            {
                return breach;
            }
        }

        if (schema["const"] is { } constant && (string?)constant != (string?)value)
        {
            return $"{value} is not {constant}";
        }

        if (schema["enum"] is { } list && !list.AsArray().Any(one => (string?)one == (string?)value))
        {
            return $"{value} is none of {list.ToJsonString()}";
        }

        if (schema["pattern"] is { } pattern && !Regex.IsMatch((string)value!, (string)pattern!))
        {
            return $"{value} is not {pattern}";
        }

        if (schema["type"] is { } type && (string)type! != value!.GetValueKind() switch { System.Text.Json.JsonValueKind.Object => "object", System.Text.Json.JsonValueKind.Array => "array", System.Text.Json.JsonValueKind.Number => "integer", _ => "string" })
        {
            return $"{value} is no {type}";
        }

        var missing = schema["required"]?.AsArray().FirstOrDefault(name => value![(string)name!] is null);
        if (missing is not null)
        {
            return $"{missing} is missing";
        }

        foreach (var (name, member) in value as JsonObject ?? [])
        {
            if (schema["properties"]?[name] is { } inner)
            {
                if (Breach(document, inner, member) is { Length: > 0 } breach)
                {
                    return breach;
                }
            }
            else if ((bool?)schema["additionalProperties"] == false)
            {
                return $"{name} is not in the document";
            }
        }

        return "";
    }
}
