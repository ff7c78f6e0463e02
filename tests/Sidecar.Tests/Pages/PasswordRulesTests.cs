using System.Security.Cryptography;
using System.Text;
using Sidecar.Pages;

namespace Sidecar.Tests.Pages;

public sealed class PasswordRulesTests
{
    private const string Address = "alice.miller@example.com";

    [Theory]
    [InlineData("", "password_empty")]
    [InlineData("seven77", "password_short")]
    [InlineData("😀😀😀😀😀😀😀", "password_short")]
    [InlineData("password", "password_common")]
    [InlineData("PassWord1", "password_common")]
    [InlineData("12345678", "password_common")]
    [InlineData("zzzzzzzzz", "password_common")]
    [InlineData("alice.miller", "password_personal")]
    [InlineData("AliceMiller2026", "password_personal")]
    [InlineData("alice.miller@example.com", "password_personal")]
    [InlineData("RAG-Flow-1", "password_personal")]
    [InlineData("tetrapod bramble", null)]
    [InlineData("全世界最长的密码", null)]
    [InlineData("92740183", null)]
    public void Judge_Password_SaysWhatIsWrong(string password, string? said) => Assert.Equal(said, Rules().Judge(password, password, Address));

    [Fact]
    public void Judge_OtherRepeat_IsMinded() => Assert.Equal("password_differs", Rules().Judge("tetrapod bramble", "tetrapod brambles", Address));

    [Fact]
    public void Judge_CommonAllowed_TakesIt() => Assert.Null(Rules(new() { RefusesCommon = false }).Judge("password", "password", Address));

    [Theory]
    [InlineData(64, null)]
    [InlineData(183, null)]
    [InlineData(184, "password_long")]
    public void Judge_Length_IsWhatTheAppTakes(int length, string? said)
    {
        var password = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('a' + (i * 7 % 26))));

        Assert.Equal(said, Rules().Judge(password, password, Address));
    }

    [Fact]
    public void Common_List_IsSearchedToItsEnds()
    {
        Assert.All(new[] { "!qaz2wsx", "password", "qwertyuiop", "zzzzzzz1" }, static word => Assert.True(CommonPasswords.Contain(word), word));
        Assert.All(new[] { "0", "", "passwore", "zzzzzzzzzzzzzzzzzzz~", "!" }, static word => Assert.False(CommonPasswords.Contain(word), word));
    }

    [Fact]
    public void Encode_RagflowRsa_IsWhatTheAppDecrypts()
    {
        using var app = RSA.Create(2048);
        var encoding = PasswordEncoding.RagflowRsa(app.ExportSubjectPublicKeyInfoPem());

        var sent = encoding.Encode("tetrapod bramble ü");

        var inner = Encoding.ASCII.GetString(app.Decrypt(Convert.FromBase64String(sent), RSAEncryptionPadding.Pkcs1));
        Assert.Equal("tetrapod bramble ü", Encoding.UTF8.GetString(Convert.FromBase64String(inner)));
        Assert.Equal(183, encoding.MostBytes);
        Assert.Equal(344, encoding.Encode(new string('a', encoding.MostBytes)).Length);
    }

    [Theory]
    [InlineData("nothing of a key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public void RagflowRsa_NoKey_IsRefused(string pem) => Assert.ThrowsAny<CryptographicException>(() => PasswordEncoding.RagflowRsa(pem));

    private static PasswordRules Rules(PasswordOptions? options = null) => new(options ?? new(), 183, "RAGFlow");
}
