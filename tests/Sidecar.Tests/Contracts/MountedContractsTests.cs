using Sidecar.Contracts;
using Sidecar.Upstream;

namespace Sidecar.Tests.Contracts;

/// <summary>What is found decides who serves a path, never whether it is guarded.</summary>
public sealed class MountedContractsTests
{
    private const string V1Code = "/v1/user/forget/otp";
    private const string RestCode = "/api/v1/auth/password/forgot/otp";

    [Theory]
    [InlineData("auto", "", "ragflow-v1 ragflow-rest")]
    [InlineData("auto generic", "", "ragflow-v1 ragflow-rest generic")]
    [InlineData("auto", "ragflow-rest", "ragflow-rest")]
    [InlineData("auto", "ragflow-rest ragflow-v1", "ragflow-rest ragflow-v1")]
    [InlineData("auto generic", "ragflow-v1", "ragflow-v1 generic")]
    [InlineData("auto", "ragflow-v9", "ragflow-v1 ragflow-rest")]
    [InlineData("ragflow-v1", "ragflow-rest", "ragflow-v1")]
    [InlineData("generic", "ragflow-rest", "generic")]
    public void Served_IsWhatIsConfiguredOrFound(string configured, string found, string served)
    {
        using var contracts = Of(configured);

        if (found.Length > 0)
        {
            contracts.Take(found.Split(' '));
        }

        Assert.Equal(served.Split(' '), contracts.Served);
        Assert.Equal(found.Length > 0 ? found.Split(' ') : null, contracts.Found);
    }

    [Fact]
    public void Now_AsTheAppChanges_MountsItsPathsAndKeepsTheOthers()
    {
        using var contracts = Of("auto");
        Assert.Equal((true, true), Mounted(contracts));

        contracts.Take([RagflowRoutes.Rest]);
        Assert.Equal((false, true), Mounted(contracts));

        contracts.Take([RagflowRoutes.V1]);
        Assert.Equal((true, false), Mounted(contracts));
    }

    [Fact]
    public async Task Now_OfAPathThatIsNotServed_CallsForALook()
    {
        var trouble = new AppTrouble();
        using var contracts = Of("auto", trouble);
        contracts.Take([RagflowRoutes.Rest]);

        At(contracts, RestCode);
        var quiet = trouble.WaitAsync(TimeSpan.FromDays(1), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(quiet.IsCompleted);

        At(contracts, V1Code);
        await quiet.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Now_OfARequestUnderWay_IsAsItBegan()
    {
        using var contracts = Of("auto");
        var before = At(contracts, V1Code);

        contracts.Take([RagflowRoutes.Rest]);

        Assert.True(before.IsMounted);
        Assert.False(At(contracts, V1Code).IsMounted);
    }

    [Fact]
    public void Now_OfATargetThatReadsAsSeveral_IsStillNone()
    {
        using var contracts = Of("auto");

        Assert.Null(contracts.Now(new(null, null)).Route);
    }

    /// <summary>A page that was asked for at the older release ends at the newer, which nobody has looked for yet.</summary>
    [Theory]
    [InlineData("auto", "", "ragflow-rest ragflow-v1")]
    [InlineData("auto", "ragflow-v1", "ragflow-v1 ragflow-rest")]
    [InlineData("auto", "ragflow-rest", "ragflow-rest ragflow-v1")]
    [InlineData("ragflow-v1", "ragflow-rest", "ragflow-v1")]
    public void Resets_AreTheLikeliestFirst(string configured, string found, string resets)
    {
        using var contracts = Of(configured);
        if (found.Length > 0)
        {
            contracts.Take([found]);
        }

        Assert.Equal(resets.Split(' '), contracts.Resets().Select(static route => route.Contract));
    }

    [Fact]
    public void Guarded_WhateverIsMounted_IsTheSame()
    {
        string[] all = [.. RagflowRoutes.Guarded([]).Select(static route => route.Key).Order()];

        Assert.All(RagflowRoutes.Contracts, contract => Assert.Equal(all, RagflowRoutes.Guarded([contract]).Select(static route => route.Key).Order()));
    }

    private static MountedContracts Of(string configured, AppTrouble? trouble = null) => new(configured.Split(' '), static mounted => RagflowRoutes.Guarded(mounted), trouble);

    private static FlowRoute At(MountedContracts contracts, string path)
    {
        Assert.True(new PathGuard<FlowRoute>(RagflowRoutes.Guarded([])).TryMatch(path, out var guarded));
        return contracts.Now(guarded).Route!;
    }

    private static (bool Older, bool Newer) Mounted(MountedContracts contracts) => (At(contracts, V1Code).IsMounted, At(contracts, RestCode).IsMounted);
}
