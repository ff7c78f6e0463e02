using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class OwnHeadersTests
{
    [Theory]
    [InlineData("Sidecar-Assertion", true)]
    [InlineData("sidecar-assertion", true)]
    [InlineData("SIDECAR_ASSERTION", true)]
    [InlineData("Sidecar_assertion", true)]
    [InlineData("Sidecar_Ticket", true)]
    [InlineData("X-Verified-User", true)]
    [InlineData("x_verified_USER", true)]
    [InlineData("X-Verified_User", true)]
    [InlineData("X-Verified-Users", false)]
    [InlineData("Sidecar-Assertions", false)]
    [InlineData("Authorization", false)]
    public void Contain_AnySpelling_OfOursAlone(string name, bool ours) => Assert.Equal(ours, new OwnHeaders("X-Verified-User").Contain(name));
}
