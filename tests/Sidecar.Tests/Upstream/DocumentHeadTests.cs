using System.Text;
using CsCheck;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class DocumentHeadTests
{
    private const string Tag = "<script src=\"/x.js\" defer></script>";

    /// <summary>The mark stands where the tag is to be.</summary>
    public static TheoryData<string> Documents =>
    [
        "<!doctype html><html><head><title>a</title>¦</head><body>b</body></html>",
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\r\n<HTML><HEAD>¦</HEAD >x",
        "\uFEFF<!doctype html><head>¦</head>",
        "<html><head>\n  <meta charset=\"utf-8\">\n  ¦</head\n>",
        "<!doctype html><head><!-- </head> --><!--></head>--><title></title>",
        "<!doctype html><head><!-- --!>¦</head>",
        "<!doctype html><head><!-- <body> --- ->--->¦</head>",
        "<!doctype html><head><script>if (a</b) '</head>'; \"</scripty>\"</script>¦</head>",
        "<!doctype html><head><script><!--\nold()\n//--></script>¦</head>",
        "<!doctype html><head><style>a::before{content:'</head>'}</style><noscript><p></head></noscript>¦</head>",
        "<!doctype html><head><title></head></title>¦</head>",
        "<!doctype html><head><meta content='</head>' x=\"</head>\" y=</head>¦</head>",
        "<!doctype html><title>a</title>¦<body>",
        "<!doctype html><title>a</title>¦<p>",
        "<!doctype html><title>a</title>\n¦Hello",
        "<!doctype html><link rel=x>¦<template></head></template>",
        "<!doctype html></div>¦< b",
        "<html><script src=a></script>\n¦",
        "<!doctype html>¦",
        "<?xml version=\"1.0\"?><!doctype html><head>¦</head>",
        "<!doctype html><html lang=\"zh\"><head><base href=\"/app/\"><title>忘记</title>¦</head>",
        "<!doctype html><head><meta a=b/>¦</head>",
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Document_InAnyPiecesAndCoding_GetsTheTagWhereItsHeadEnds(string marked)
    {
        // One document has its head end hidden from a careless reader, and no mark: its comment ends where browsers end it.
        var at = marked.Contains('¦', StringComparison.Ordinal) ? marked.IndexOf('¦', StringComparison.Ordinal) : marked.IndexOf("</head>-->", StringComparison.Ordinal);
        var text = marked.Replace("¦", "", StringComparison.Ordinal);
        foreach (var coding in (string[])["", "gzip", "br"])
        {
            foreach (var piece in (int[])[1, 2, 7, 100_000])
            {
                Assert.Equal(text.Insert(at, Tag), Encoding.UTF8.GetString(await InsertAsync(Encoding.UTF8.GetBytes(text), coding, [piece])));
            }
        }
    }

    [Fact]
    public async Task Bytes_OfAnyKind_InAnyPieces_DifferOnlyByTheTag() =>
        await Gen.Select(
            Gen.OneOf(OneOf("<head>", "</head>", "<!--", "-->", "<script>", "</script>", "<title>", "</title>", "<body>", "<meta a='>'>", "\"", "'", "<", ">", " ", "x", "<style>", "</style >", "<!doctype html>")
                .Array[0, 12].Select(static parts => Encoding.UTF8.GetBytes("<!doctype html>" + string.Concat(parts))), Gen.Byte.Array[0, 300]),
            Gen.Int[1, 40].Array[1, 5],
            OneOf("", "gzip", "br"),
            Gen.Byte.Array[0, 40_000]).SampleAsync(async (start, pieces, coding, rest) =>
            {
                byte[] bytes = [.. start, .. rest];
                var whole = await InsertAsync(bytes, "", [int.MaxValue]);
                var pieced = await InsertAsync(bytes, coding, pieces);

                Assert.Equal(whole, pieced);
                Assert.True(whole.AsSpan().SequenceEqual(bytes) || IsWithTag(whole, bytes));
            }, iter: 400);

    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("{\"code\":0}")]
    [InlineData("<div>a fragment</div>")]
    [InlineData("<title>still a fragment</title><p>")]
    [InlineData("<!doctype xml><p></head>")]
    [InlineData("<!doctype html><head><script><!-- <script> </script> --></script></head>")]
    [InlineData("<!doctype html><head><script>")]
    [InlineData("<!doctype html><head><!-- ")]
    [InlineData("<!doctype html><head><meta a=\"")]
    public async Task Text_ThatIsNoReadableDocument_StaysAsItIs(string text)
    {
        var head = await DocumentHead.ReadAsync(new PiecesStream(Encoding.UTF8.GetBytes(text), [3]), BodyCoding.Of("")!, TestContext.Current.CancellationToken);

        Assert.Contains(head.Outcome, (DocumentOutcome[])[DocumentOutcome.NoDocument, DocumentOutcome.Unreadable]);
        Assert.Equal(text, Encoding.UTF8.GetString(await DrainAsync(head.Untouched())));
    }

    [Theory]
    [InlineData("https://cdn.example/", DocumentOutcome.Base)]
    [InlineData("//cdn.example/", DocumentOutcome.Base)]
    [InlineData("/app/", DocumentOutcome.Tagged)]
    [InlineData("./", DocumentOutcome.Tagged)]
    [InlineData("?a:b", DocumentOutcome.Base)]
    internal async Task Base_ToAnotherOrigin_IsNoPlaceForAScript(string address, DocumentOutcome expected) =>
        Assert.Equal(expected, (await ReadAsync($"<!doctype html><head><base href=\"{address}\"></head>")).Outcome);

    [Fact]
    public async Task Head_WithoutEnd_IsReadUpToTheBoundAndPassedOn()
    {
        var text = "<!doctype html><head><style>" + new string('x', 2 * DocumentHead.MostBytes) + "</style></head>";
        var source = new PiecesStream(Encoding.UTF8.GetBytes(text), [10_000]);

        var head = await DocumentHead.ReadAsync(source, BodyCoding.Of("")!, TestContext.Current.CancellationToken);

        Assert.Equal(DocumentOutcome.TooLong, head.Outcome);
        Assert.Equal(text, Encoding.UTF8.GetString(await DrainAsync(head.Untouched())));
    }

    [Fact]
    public async Task Body_BehindTheHead_IsNotWaitedFor()
    {
        var source = new PiecesStream(Encoding.UTF8.GetBytes("<!doctype html><head></head>" + new string('x', 1_000_000)), [28, 10]);

        await DocumentHead.ReadAsync(source, BodyCoding.Of("")!, TestContext.Current.CancellationToken);

        Assert.Equal(10, await source.ReadAsync(new byte[100], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Body_ThatIsNotInItsCoding_StaysAsItIs(string coding)
    {
        var bytes = Encoding.UTF8.GetBytes("<!doctype html><head></head>");

        var head = await DocumentHead.ReadAsync(new PiecesStream(bytes, [5]), BodyCoding.Of(coding)!, TestContext.Current.CancellationToken);

        Assert.Equal(DocumentOutcome.Encoding, head.Outcome);
        Assert.Equal(bytes, await DrainAsync(head.Untouched()));
    }

    [Fact]
    public async Task Policies_OfTheHead_AreReadWithTheirCharacterReferences()
    {
        var head = await ReadAsync("<!doctype html><head><META http-equiv=\"Content-Security-Policy\" content=\"script-src &#39;self&#x27;\"><!-- <meta http-equiv=Content-Security-Policy content=x> --></head><meta http-equiv=content-security-policy content=late>");

        Assert.Equal(["script-src 'self'"], head.Policies);
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "gzip, br")]
    [InlineData("gzip;q=0.5,br", "gzip;q=0.5,br")]
    [InlineData("zstd", "identity")]
    [InlineData("deflate, x-gzip", "x-gzip")]
    public void AcceptEncoding_LosesWhatCannotBeTakenOff(string offered, string expected) => Assert.Equal(expected, BodyCoding.Known(offered));

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static bool IsWithTag(byte[] whole, byte[] bytes) =>
        whole.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Tag)) is >= 0 and var at && bytes.AsSpan().SequenceEqual([.. whole[..at], .. whole[(at + Tag.Length)..]]);

    private static ValueTask<DocumentHead> ReadAsync(string text) =>
        DocumentHead.ReadAsync(new PiecesStream(Encoding.UTF8.GetBytes(text), [100]), BodyCoding.Of("")!, TestContext.Current.CancellationToken);

    /// <summary>What a client sees, decoded; the pieces are those of the coded bytes.</summary>
    private static async Task<byte[]> InsertAsync(byte[] bytes, string name, int[] pieces)
    {
        var coding = BodyCoding.Of(name)!;
        var coded = await DrainAsync(coding.Encoded(new MemoryStream(bytes), flushes: false));
        var head = await DocumentHead.ReadAsync(new PiecesStream(coded, pieces), coding, CancellationToken.None);
        if (head.Outcome != DocumentOutcome.Tagged)
        {
            var untouched = await DrainAsync(head.Untouched());
            Assert.Equal(coded, untouched);
            return bytes;
        }

        await using var result = head.With(Encoding.UTF8.GetBytes(Tag), isStream: pieces[0] % 2 == 0);
        var sent = await DrainAsync(result);
        return await DrainAsync(coding.Decoded(new MemoryStream(sent)));
    }

    private static async Task<byte[]> DrainAsync(Stream stream)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer);
        return buffer.ToArray();
    }
}
