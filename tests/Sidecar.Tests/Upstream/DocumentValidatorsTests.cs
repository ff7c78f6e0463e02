using Microsoft.Extensions.Primitives;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class DocumentValidatorsTests
{
    private readonly DocumentValidators _validators = new("-sidecar-1");

    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("\"\"")]
    [InlineData("W/\"abc\"")]
    [InlineData("\"a,b\"")]
    public void Tag_MarkedAndSentBack_IsTheAppsOwn(string etag)
    {
        var marked = _validators.Mark(etag);

        Assert.StartsWith("W/\"", marked, StringComparison.Ordinal);
        Assert.Equal(etag, _validators.Unmark(marked));
        Assert.Equal(etag, _validators.Unmark(marked![2..]));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("\"")]
    [InlineData("W/\"")]
    [InlineData("")]
    public void Tag_ThatIsNone_IsNotMarked(string etag) => Assert.Null(_validators.Mark(etag));

    [Fact]
    public void Condition_KeepsOnlyTagsOfDocumentsWithThisScript()
    {
        Assert.Null(_validators.Unmark("\"abc\""));
        Assert.Null(_validators.Unmark(new DocumentValidators("-sidecar-2").Mark("\"abc\"")));
        Assert.Equal("\"a\", W/\"b,c\"", _validators.Unmark(new StringValues([$"\"x\", {_validators.Mark("\"a\"")}", _validators.Mark("W/\"b,c\"")])));
        Assert.Equal("*", _validators.Unmark(" * "));
    }
}
