using CsCheck;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class SettingsReadersTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("~")]
    [InlineData("null")]
    [InlineData("")]
    public void Text_Null_IsTheFallback(string written)
    {
        _folder.Own($"s: {{ key: {written} }}");

        Assert.Equal("fallback", _folder.Load().Section("s").Text("key", "fallback"));
    }

    [Theory]
    [InlineData("1234", "1234")]
    [InlineData("0123", "0123")]
    [InlineData("1e3", "1e3")]
    [InlineData("true", "true")]
    [InlineData("'null'", "null")]
    [InlineData("'~'", "~")]
    [InlineData("2024-01-31", "2024-01-31")]
    public void Text_WhateverYamlTakesItFor_IsText(string written, string text)
    {
        _folder.Own($"s: {{ key: {written} }}");

        Assert.Equal(text, _folder.Load().Section("s").Text("key", "fallback"));
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("Off", false)]
    [InlineData("1", true)]
    [InlineData("FALSE", false)]
    public void Bool_Word_IsUnderstood(string written, bool value) => Assert.Equal(value, TestSettings.Of(("key", written)).Bool("key", !value));

    [Fact]
    public void Choice_Word_IgnoresCase() => Assert.Equal(2, TestSettings.Of(("key", "TWO")).Choice("key", 1, ("one", 1), ("two", 2)));

    [Theory]
    [InlineData("key", "maybe", "neither true nor false")]
    [InlineData("int", "7", "from 1 to 5")]
    [InlineData("int", "1.5", "from 1 to 5")]
    [InlineData("int", " 3", "from 1 to 5")]
    [InlineData("word", "three", "one, two")]
    [InlineData("duration", "60", "is not a duration")]
    [InlineData("duration", "2h", "outside 1s to 1h")]
    public void Reader_WrongValue_NamesKeyValueAndFixAndFallsBack(string key, string value, string said)
    {
        var root = TestSettings.Of((key, value));

        Assert.Equal((true, 3, 1, TimeSpan.FromMinutes(1)), (
            root.Bool("key", true),
            root.Int("int", 3, 1, 5),
            root.Choice("word", 1, ("one", 1), ("two", 2)),
            root.Duration("duration", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))));
        var fault = Assert.Single(root.Faults);
        Assert.Equal((key, value, $"--set {key}"), (fault.Key, fault.Value, fault.Source));
        Assert.Contains(said, fault.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(fault.Fix);
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("60s", 60_000)]
    [InlineData(" 5 m ", 300_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0s", 0)]
    public void Durations_WithUnit_AreRead(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("-5s")]
    [InlineData("1.5h")]
    [InlineData("5 minutes")]
    [InlineData("5S")]
    [InlineData("99999999999s")]
    [InlineData("2000000000d")]
    public void Durations_Others_AreNot(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void Durations_Formatted_ReadTheSame() => Gen.Int[0, int.MaxValue].Sample(static count =>
    {
        var value = TimeSpan.FromMilliseconds(count);
        return Durations.TryParse(Durations.Format(value), out var read) && read == value;
    });
}
