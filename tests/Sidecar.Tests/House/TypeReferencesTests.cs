using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Tests.House;

/// <summary>The layering tests are worth what this finds, so it is shown to find a type wherever one can hide.</summary>
public sealed class TypeReferencesTests
{
    [Theory]
    [InlineData(typeof(InField))]
    [InlineData(typeof(InCall))]
    [InlineData(typeof(InLambda))]
    [InlineData(typeof(InAsyncMethod))]
    [InlineData(typeof(InGenericArgument))]
    [InlineData(typeof(InCatch))]
    [InlineData(typeof(InTypeTest))]
    [InlineData(typeof(InAttribute))]
    [InlineData(typeof(InGenericCall))]
    [InlineData(typeof(InAnothersSignature))]
    public void Of_TypeThatNamesJson_FindsIt(Type type) =>
        Assert.Contains(TypeReferences.Of(type), static found => found.Namespace is "System.Text.Json" or "System.Text.Json.Serialization");

    [Fact]
    public void Of_TypeThatNamesNothingOfIt_DoesNotFindIt() =>
        Assert.DoesNotContain(TypeReferences.Of(typeof(Innocent)), static found => found.Namespace!.StartsWith("System.Text.Json", StringComparison.Ordinal));

    private sealed class InField
    {
        public JsonElement Field { get; init; }
    }

    private sealed class InCall
    {
        public static string Run() => JsonNamingPolicy.CamelCase.ConvertName("A");
    }

    private sealed class InLambda
    {
        public static Func<string> Run(int n) => () => n + JsonNamingPolicy.CamelCase.ConvertName("A");
    }

    private sealed class InAsyncMethod
    {
        public static async Task<bool> RunAsync()
        {
            await Task.Yield();
            using var document = JsonDocument.Parse("1");
            return document.RootElement.ValueKind == JsonValueKind.Number;
        }
    }

    private sealed class InGenericArgument
    {
        public Dictionary<string, List<JsonElement[]>> Field { get; } = [];
    }

    private sealed class InCatch
    {
        public static int Run(Func<int> run)
        {
            try
            {
                return run();
            }
            catch (JsonException)
            {
                return 0;
            }
        }
    }

    private sealed class InTypeTest
    {
        public static bool Run(object value) => value is JsonElement;
    }

    private sealed class InAttribute
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public int Value { get; init; }
    }

    private sealed class InGenericCall
    {
        public static int Run() => Array.Empty<JsonElement>().Length;
    }

    private sealed class InAnothersSignature
    {
        public static object Run(Func<object> run) => Handler(run);

        private static object Handler(Func<object> run) => Lender.Json() is var json && run() is null ? json : "";
    }

    private sealed class Innocent
    {
        public static string Run(HttpContext context) => new StringBuilder(context.TraceIdentifier).ToString();
    }

    private static class Lender
    {
        public static JsonElement Json() => default;
    }
}
