using Sidecar.Contracts;
using Sidecar.Pages;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests;

/// <summary><c>contracts</c> and what follows from it for the rest of the settings.</summary>
public sealed class ContractOptionsTests : IDisposable
{
    private const string Working = "smtp: { mail_server: relay, mail_default_sender: [a, 'a@example.org'] }\nhandoff: { redis: { host: redis } }\n";

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "auto", true)]
    [InlineData("contracts: [auto]", "auto", true)]
    [InlineData("contracts: [ragflow-v1, ragflow-rest]", "ragflow-v1 ragflow-rest", true)]
    [InlineData("contracts: [ragflow-rest]\napp: { probe: false }", "ragflow-rest", false)]
    [InlineData("app: { probe: false }", "auto", false)]
    public void Read_RagflowContracts_NeedTheHandoffAndALook(string yaml, string contracts, bool probes)
    {
        var options = _folder.Own(Working + yaml).Read();

        Assert.Empty(options.Faults);
        Assert.Equal(contracts.Split(' '), options.Contracts);
        Assert.Equal((true, probes), (options.NeedsHandoff, options.ProbesContract));
        Assert.NotSame(PasswordEncoding.Plain, options.HostedPages.Password.EncodingFor(RagflowRoutes.V1));
    }

    [Fact]
    public void Read_GenericAlone_HasNothingToFindOut() =>
        Assert.Equal((false, false), _folder.Own(Working + "contracts: [generic]").Read() is var options ? (options.NeedsHandoff, options.ProbesContract) : default);

    [Fact]
    public void Read_AutoWithGeneric_MayServeEveryContract()
    {
        var options = _folder.Own(Working + "contracts: [auto, generic]").Read();

        Assert.DoesNotContain(options.Faults, static fault => fault.Key == "contracts");
        Assert.Equal([.. RagflowRoutes.Contracts, GenericRoutes.Contract], options.PossibleContracts);
        Assert.True(options.ProbesContract);
    }

    [Theory]
    [InlineData("contracts: [auto, ragflow-v1]", "holds both auto and `ragflow-v1`")]
    [InlineData("contracts: [ragflow-v2]", "holds `ragflow-v2`, which is no contract")]
    public void Read_ContractsThatCannotBe_AreAFault(string yaml, string problem)
    {
        var fault = Assert.Single(_folder.Own(Working + yaml).Read().Faults);

        Assert.Equal(("contracts", problem), (fault.Key, fault.Problem));
    }

    [Fact]
    public void Read_Environment_NamesAuto() =>
        Assert.Equal(["auto"], _folder.Own(Working + "contracts: [ragflow-v1, ragflow-rest]").Environment("SIDECAR__CONTRACTS__0", "auto").Read().Contracts);
}
