using System.Text.Json;
using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

public sealed class RequestFieldsTests
{
    [Theory]
    [InlineData("\"a\"", "a", true)]
    [InlineData("\" \"", " ", true)]
    [InlineData("\"\"", "", false)]
    [InlineData("null", null, false)]
    [InlineData("false", null, false)]
    [InlineData("true", null, true)]
    [InlineData("0", null, false)]
    [InlineData("-0.0", null, false)]
    [InlineData("0e9", null, false)]
    [InlineData("1", null, true)]
    [InlineData("-1", null, true)]
    [InlineData("1e999", null, true)]
    [InlineData("[]", null, false)]
    [InlineData("[0]", null, true)]
    [InlineData("{}", null, false)]
    [InlineData("{\"a\":0}", null, true)]
    public void Field_OfJson_IsGivenAsPythonWouldHaveIt(string value, string? text, bool isGiven)
    {
        var field = Of($"{{\"x\":{value}}}")["x"];

        Assert.Equal((text, isGiven), (field.Text, field.IsGiven));
    }

    [Fact]
    public void Field_Missing_IsNotGiven() => Assert.Equal(default, RequestFields.None["x"]);

    [Theory]
    [InlineData("{\"a\":1,\"b\":2}", false)]
    [InlineData("{\"a\":1,\"a\":2}", true)]
    [InlineData("{\"email\":1,\"EMail\":2}", true)]
    [InlineData("{\"a\":1,\"\\u0061\":2}", true)]
    [InlineData("{\"a\":{\"a\":1}}", false)]
    public void RepeatsName_OfJson_IgnoresCaseAndEscapes(string json, bool repeats) => Assert.Equal(repeats, Of(json).RepeatsName);

    [Fact]
    public void Field_RepeatedInJson_IsTheLast() => Assert.Equal("b", Of("{\"x\":\"a\",\"x\":\"b\"}")["x"].Text);

    [Fact]
    public void Field_Name_MindsCase() => Assert.False(Of("{\"Email\":\"a\"}")["email"].IsGiven);

    [Fact]
    public void Field_RepeatedInAForm_IsTheFirst()
    {
        var fields = RequestFields.From([KeyValuePair.Create("x", "a"), KeyValuePair.Create("x", "b"), KeyValuePair.Create("y", "")]);

        Assert.Equal(("a", true, false), (fields["x"].Text, fields.RepeatsName, fields["y"].IsGiven));
    }

    private static RequestFields Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return RequestFields.From(document.RootElement);
    }
}
