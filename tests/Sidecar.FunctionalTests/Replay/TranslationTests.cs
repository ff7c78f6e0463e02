using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Replay;

public sealed class TranslationTests
{
    [Theory]
    [InlineData("VPQW", "FIXED")]
    [InlineData("vpqw", "fixed")]
    [InlineData("  vpqw\t", "  fixed\t")]
    [InlineData(" VPQW\n", " FIXED\n")]
    public void Captcha_StoredText_BecomesTheFixedAnswerTypedTheSameWay(string typed, string sent) =>
        Assert.Equal(sent, CaptchaText.Translate(typed, "VPQW", "FIXED"));

    [Theory]
    [InlineData("----")]
    [InlineData("ABCD")]
    [InlineData("")]
    [InlineData("   ")]
    public void Captcha_OtherText_StaysAsItIs(string typed) => Assert.Equal(typed, CaptchaText.Translate(typed, "VPQW", "FIXED"));

    [Fact]
    public void Captcha_WrongTextThatIsTheFixedAnswer_IsNoticed() =>
        Assert.Throws<InvalidOperationException>(() => CaptchaText.Translate("fixed", "VPQW", "FIXED"));

    [Theory]
    [InlineData("KCDL", "QWERTYUI")]
    [InlineData("kcdl", "qwertyui")]
    [InlineData(" KCDL ", " QWERTYUI ")]
    public void Code_MailedOne_BecomesOursTypedTheSameWay(string typed, string sent)
    {
        var codes = new MailedCodes();
        codes.Add("KCDL", "QWERTYUI");

        Assert.Equal(sent, codes.Translate(typed));
    }

    [Theory]
    [InlineData("ABCD", "ABCDABCD")]
    [InlineData("abcd", "abcdabcd")]
    [InlineData("A", "AAAAAAAA")]
    [InlineData("ZZZZZZZZ", "ZZZZZZZZ")]
    public void Code_WrongOne_BecomesAWrongOneOfOurLength(string typed, string sent) => Assert.Equal(sent, new MailedCodes().Translate(typed));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("12-4")]
    public void Code_NoCodeAtAll_StaysAsItIs(string typed) => Assert.Equal(typed, new MailedCodes().Translate(typed));

    [Fact]
    public void Code_WrongOneThatIsOursByChance_StaysWrong()
    {
        var codes = new MailedCodes();
        codes.Add("KCDL", "AAAAAAAA");

        Assert.Equal("AAAAAAAB", codes.Translate("AAAA"));
    }

    [Fact]
    public void Body_MarkedValues_AreMadeForThisRun()
    {
        using var key = RSA.Create(2048);
        using var cipher = new PasswordCipher(key.ExportSubjectPublicKeyInfoPem());
        var recorded = JsonNode.Parse("""
            {"captcha":"vpqw","otp":["A"],"email":{"repeat":["x",70000]},"odd":{"a":1},
             "new_password":{"encrypt":"NewPass1!"},"raw":{"encrypt_raw":"pässword"},"bytes":{"base64_of":["x",256]},"other":{"encrypt_with_other_key":"y"}}
            """)!.AsObject();

        var body = new RequestTranslation(new MailedCodes(), cipher, "FIXED") { StoredCaptcha = "VPQW" }.Body(recorded);

        Assert.Equal("fixed", (string?)body["captcha"]);
        Assert.Equal("""["A"]""", body["otp"]!.ToJsonString());
        Assert.Equal(70_000, ((string?)body["email"])!.Length);
        Assert.Equal("""{"a":1}""", body["odd"]!.ToJsonString());
        Assert.Equal("NewPass1!", Encoding.UTF8.GetString(Convert.FromBase64String(Decrypt("new_password"))));
        Assert.Equal("pässword", Decrypt("raw"));
        Assert.Equal(256, Convert.FromBase64String((string)body["bytes"]!).Length);
        Assert.ThrowsAny<CryptographicException>(() => Decrypt("other"));

        string Decrypt(string field) => Encoding.UTF8.GetString(key.Decrypt(Convert.FromBase64String((string)body[field]!), RSAEncryptionPadding.Pkcs1));
    }

    [Fact]
    public void Inbox_NewestFirst_IsReadOldestFirstWithTheOnlyRunOfEightCapitals()
    {
        var messages = JsonNode.Parse("""
            [{"to":"b@x.test","text":"Your code is QWERTYUI.\nIt ends in 5 minutes, ABCDEFGHI."},{"to":"a@x.test","text":"ABCDEFGH or QWERTYUI"}]
            """)!.AsArray();

        Assert.Equal([new("a@x.test", null), new("b@x.test", "QWERTYUI")], InboxMailbox.Read(messages));
    }
}
