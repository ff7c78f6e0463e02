using System.Net;
using CsCheck;
using Sidecar.Accounts;

namespace Sidecar.Tests.Accounts;

public sealed class AppProbeTests : IDisposable
{
    private static readonly EmailAddress Alice = Address("Alice@example.com");

    private readonly FakeLogin _login = new();
    private readonly HttpMessageInvoker _client;

    public AppProbeTests() => _client = new(_login, disposeHandler: true);

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(FakeLogin.Rest, FakeLogin.Known, true)]
    [InlineData(FakeLogin.Rest, FakeLogin.Unknown, false)]
    [InlineData(FakeLogin.V1, FakeLogin.Known, true)]
    [InlineData(FakeLogin.V1, FakeLogin.Unknown, false)]
    public async Task Exists_LoginOfARelease_Tells(string path, string answer, bool exists)
    {
        _login.Answers(path, answer);
        var probe = Probe();

        Assert.Equal(exists, await probe.ExistsAsync(Alice, default));
        Assert.Equal("", probe.Trouble);
    }

    [Fact]
    public async Task Exists_Question_HoldsTheTypedSpellingAndNoPassword()
    {
        _login.Answers(FakeLogin.Rest, FakeLogin.Known);
        await Probe().ExistsAsync(Alice, default);

        Assert.Equal(["POST /api/v1/auth/login application/json {\"email\":\"Alice@example.com\"}"], _login.Asked);
    }

    [Theory]
    [InlineData("""{"code":109,"data":false,"message":"email: x is not registered"}""", false)]
    [InlineData("""{"code":109,"data":false,"message":"email: x is not registered!"}""", false)]
    [InlineData("""{"code":109,"data":false,"message":"email and password do not match"}""", true)]
    [InlineData("""{"code":109,"data":false,"message":"email and password do not match!"}""", true)]
    [InlineData("""{"code":500,"data":false,"message":"fail to crypt password"}""", true)]
    public async Task Exists_GoBackend_IsAskedWithAPasswordThatNobodyHas(string answer, bool exists)
    {
        _login.Answers(FakeLogin.Rest, FakeLogin.NoPassword);
        _login.AnswersPasswords(FakeLogin.Rest, answer);
        var probe = Probe();

        Assert.Equal(exists, await probe.ExistsAsync(Alice, default));
        Assert.Equal(2, _login.Asked.Count);
        Assert.Matches("""^POST /api/v1/auth/login application/json \{"email":"Alice@example.com","password":"-[0-9a-f]{32}-"\}$""", _login.Asked[1]);

        Assert.Equal(exists, await probe.ExistsAsync(Alice, default));
        Assert.Equal(3, _login.Asked.Count);
    }

    [Fact]
    public async Task Exists_WhatTheGoBackendTakesForNoAddress_IsUnknown()
    {
        _login.Answers(FakeLogin.Rest, """{"code":400,"data":false,"message":"Key: 'EmailLoginRequest.Email' Error:Field validation for 'Email' failed on the 'email' tag"}""");

        Assert.False(await Probe().ExistsAsync(Alice, default));
    }

    [Fact]
    public async Task Exists_OlderRelease_IsAskedFirstNextTime()
    {
        _login.Answers(FakeLogin.V1, FakeLogin.Known);
        var probe = Probe();
        await probe.ExistsAsync(Alice, default);
        _login.Asked.Clear();

        await probe.ExistsAsync(Alice, default);

        Assert.StartsWith("POST /v1/user/login", Assert.Single(_login.Asked), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "{}")]
    [InlineData(HttpStatusCode.NotFound, FakeLogin.Unknown)]
    [InlineData(HttpStatusCode.MethodNotAllowed, "")]
    [InlineData(HttpStatusCode.OK, "<!doctype html><title>app</title>")]
    [InlineData(HttpStatusCode.OK, """{"code":100,"data":null,"message":"<MethodNotAllowed '405: Method Not Allowed'>"}""")]
    public async Task Exists_NewPathThatTellsNothing_FallsThroughToTheOld(HttpStatusCode status, string body)
    {
        _login.Answers(FakeLogin.Rest, body, status).Answers(FakeLogin.V1, FakeLogin.Known);

        Assert.True(await Probe().ExistsAsync(Alice, default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("""{"code":109}""")]
    [InlineData("""{"code":109,"message":null}""")]
    [InlineData("""{"code":"109","message":"Email: x is not registered!"}""")]
    [InlineData("""{"code":null,"message":"Email: x is not registered!"}""")]
    [InlineData("""{"code":109.5,"message":"Email: x is not registered!"}""")]
    [InlineData("""{"code":109,"message":"\ud800 is not registered!"}""")]
    [InlineData("""{"code":0,"data":{},"message":"Welcome back!"}""")]
    [InlineData("""{"code":109,"message":"Email and password do not match!"}""")]
    [InlineData("""{"code":500,"message":"(2003, 'cannot connect to database')"}""")]
    public async Task Exists_StrangeAnswer_IsUnavailableAndSaysWhatToCheck(string body)
    {
        _login.Answers(FakeLogin.Rest, body).Answers(FakeLogin.V1, body);
        var probe = Probe();

        var error = await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await probe.ExistsAsync(Alice, default));

        Assert.Contains("tells nothing of an account", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, probe.Trouble);
    }

    [Fact]
    public void Exists_AnyBytes_NeverThrowAnythingElse() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        _login.Answers(FakeLogin.Rest, bytes).Answers(FakeLogin.V1, bytes);
        Assert.Throws<AccountsUnavailableException>(() => Probe().ExistsAsync(Alice, default).AsTask().GetAwaiter().GetResult());
    }, iter: 100, threads: 1);

    [Theory]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Exists_AppBehindItsProxyIsDown_IsUnreachable(HttpStatusCode status)
    {
        _login.Answers(FakeLogin.Rest, "<html>", status);

        Assert.Contains("cannot be reached", (await FailsAsync(Probe())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exists_NoConnection_IsUnreachableAndNamesNoAddress()
    {
        _login.Does(FakeLogin.Rest, static _ => throw new HttpRequestException("connection refused"));

        var error = await FailsAsync(Probe());

        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Exists_EndlessAnswer_IsCutOff()
    {
        _login.Answers(FakeLogin.Rest, new byte[65 * 1024]);

        await FailsAsync(Probe());
    }

    [Fact]
    public async Task Exists_SilentApp_EndsWithTheTimeout()
    {
        _login.Does(FakeLogin.Rest, static async cancelled =>
        {
            await Task.Delay(Timeout.Infinite, cancelled);
            throw new InvalidOperationException();
        });

        Assert.Contains("did not answer within", (await FailsAsync(Probe(TimeSpan.FromMilliseconds(20)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exists_CallerGone_IsACancellationAndNoTrouble()
    {
        using var gone = new CancellationTokenSource();
        _login.Does(FakeLogin.Rest, async cancelled =>
        {
            await gone.CancelAsync();
            cancelled.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        });
        var probe = Probe();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await probe.ExistsAsync(Alice, gone.Token));
        Assert.Equal("", probe.Trouble);
    }

    [Fact]
    public async Task Exists_AfterTrouble_TroubleEnds()
    {
        var probe = Probe();
        await FailsAsync(probe);
        _login.Answers(FakeLogin.V1, FakeLogin.Known);

        await probe.ExistsAsync(Alice, default);

        Assert.Equal("", probe.Trouble);
    }

    [Theory]
    [InlineData("alice@éxample.com")]
    [InlineData("\uFF41lice@example.com")]
    public async Task Exists_AddressBeyondAscii_IsUnknownAndNotAskedFor(string text)
    {
        _login.Answers(FakeLogin.Rest, FakeLogin.Known);

        Assert.False(await Probe().ExistsAsync(Address(text), default));
        Assert.False(await new AnyAccount().ExistsAsync(Address(text), default));
        Assert.Empty(_login.Asked);
    }

    private static async Task<AccountsUnavailableException> FailsAsync(AppProbe probe) =>
        await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await probe.ExistsAsync(Alice, default));

    private static EmailAddress Address(string text) => EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    private AppProbe Probe(TimeSpan? timeout = null) => new(new AccountsOptions(AccountsKind.Probe, new Uri("http://app.test"), timeout ?? TimeSpan.FromSeconds(30), TimeSpan.Zero), _client);
}
