using System.Text;

namespace Sidecar.FunctionalTests.Telemetry;

public sealed class SpellingsTests
{
    private const string Secret = "user1.abc@example.com";

    public static TheoryData<string> Hidden => new(
        Secret, "to=USER1.ABC@Example.com,", "?email=user1.abc%40example.com&x", "user1.abc\\u0040example.com", Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)),
        Base64(Secret), Base64("x" + Secret), Base64("xy" + Secret + "z"), Base64("{\"email\":\"" + Secret + "\"}").Replace('+', '-').Replace('/', '_'));

    [Theory]
    [MemberData(nameof(Hidden))]
    public void Find_SpellingOfTheSecret_IsFound(string text) => Assert.NotNull(Spellings.Find(Secret, $"{{\"message\":\"{text}\"}}"));

    [Fact]
    public void Find_OtherText_IsNotFound() => Assert.Null(Spellings.Find(Secret, Base64("user2.abc@example.com") + " user2.abc@example.com"));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
