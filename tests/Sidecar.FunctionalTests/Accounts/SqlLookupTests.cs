using System.Data.Common;
using MySqlConnector;
using Npgsql;
using Sidecar.Accounts;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>What the look-up finds, and what it says when it cannot, with a reader who may read four columns and nothing else.</summary>
public abstract class SqlLookupTests(DatabaseServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("Mixed.Case@Example.com", "mixed.case@EXAMPLE.com", "Mixed.Case@Example.com")]
    [InlineData("plus+tag@example.com", "PLUS+tag@example.com", "plus+tag@example.com")]
    [InlineData("label@xn--mller-kva.example", "Label@Müller.example", "label@xn--mller-kva.example")]
    [InlineData("letters@müller.example", "letters@XN--mller-kva.example", "letters@müller.example")]
    [InlineData("jürgen@müller.example", "jürgen@müller.example", "jürgen@müller.example")]
    [InlineData("o'neil@example.com", "o'neil@example.com", "o'neil@example.com")]
    public async Task Find_SameAddress_GivesItAsStored(string stored, string typed, string expected)
    {
        server.Require();
        await server.AddAsync(stored);

        Assert.Equal(expected, (await FindAsync(typed))?.Address);
    }

    [Theory]
    [InlineData("disabled@example.com", "1", "0")]
    [InlineData("deleted@example.com", "0", "1")]
    public async Task Find_DisabledOrDeleted_IsNobody(string email, string status, string active)
    {
        server.Require();
        await server.AddAsync(email, status, active);

        Assert.Null(await FindAsync(email));
    }

    [Fact]
    public async Task Find_TwoRowsThatDifferInCase_IsNobody()
    {
        server.Require();
        await server.AddAsync("Twin@example.com");
        await server.AddAsync("twin@example.com");

        Assert.Null(await FindAsync("twin@example.com"));
        Assert.Null(await FindAsync("Twin@example.com"));
    }

    [Theory]
    [InlineData("none@channel.example", null, "")]
    [InlineData("empty@channel.example", "", "")]
    [InlineData("password@channel.example", "password", "")]
    [InlineData("github@channel.example", "github", "github")]
    public async Task Find_Channel_IsToldWhereItIsNoPassword(string email, string? channel, string expected)
    {
        server.Require();
        await server.AddAsync(email, channel: channel);

        Assert.Equal(expected, (await FindAsync(email))!.LoginChannel);
    }

    [Fact]
    public async Task Reader_AnythingElse_IsNotAllowed()
    {
        server.Require();
        foreach (var sql in new[] { "SELECT password FROM {0}", "SELECT id FROM {0}", "UPDATE {0} SET status = '1'", "DELETE FROM {0}" })
        {
            await using DbConnection connection = server.Provider == SqlProvider.MySql
                ? new MySqlConnection($"Server=127.0.0.1;Port={server.Port};Database={DatabaseServer.Database};User ID={DatabaseServer.Reader};Password={DatabaseServer.Password};SslMode=None;Pooling=false")
                : new NpgsqlConnection($"Host=127.0.0.1;Port={server.Port};Database={DatabaseServer.Database};Username={DatabaseServer.Reader};Password={DatabaseServer.Password};SSL Mode=Disable;Pooling=false");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant.
            command.CommandText = string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, server.Provider == SqlProvider.MySql ? "`user`" : "\"user\"");
#pragma warning restore CA2100

            var error = await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
            Assert.Contains("denied", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Find_WrongPassword_SaysLogin() => await FailsAsync(server.Options with { Password = "wrong" }, "refuses the login", "accounts.sql.username");

    [Fact]
    public async Task Find_NoDatabase_SaysSo() => await FailsAsync(server.Options with { Database = "nowhere" }, "no such database", "accounts.sql.database");

    [Fact]
    public async Task Find_NothingListens_SaysUnreachable() => await FailsAsync(server.Options with { Port = 9 }, "cannot be reached", "accounts.sql.host");

    [Fact]
    public async Task Find_NoSuchHost_SaysUnreachable() => await FailsAsync(server.Options with { Host = "no-such-host.invalid" }, "cannot be reached", "accounts.sql.host");

    [Fact]
    public async Task Find_TlsAndAuthorityTrusted_Works()
    {
        server.Require();
        await server.AddAsync("tls@example.com");

        Assert.NotNull(await FindAsync("tls@example.com", server.Options with { Tls = true, AuthorityFile = server.AuthorityFile }));
    }

    [Fact]
    public async Task Find_TlsAndAuthorityNotTrusted_IsRefused() => await FailsAsync(server.Options with { Tls = true }, "certificate is not trusted", "accounts.sql.ca");

    /// <summary>127.0.0.2 is not in the certificate.</summary>
    [Fact]
    public async Task Find_TlsAndAnotherName_IsRefused() =>
        await FailsAsync(server.Options with { Host = "127.0.0.2", Tls = true, AuthorityFile = server.AuthorityFile }, "certificate is not trusted", "accounts.sql.ca");

    /// <summary>From nothing to a right too few to a column too few: each time the words that an administrator needs next.</summary>
    [Fact]
    public async Task Find_NoDatabaseTableRightOrColumn_SaysWhatToDo()
    {
        server.Require();
        var (isMySql, table) = (server.Provider == SqlProvider.MySql, server.Quoted("user"));
        var (all, reader) = ("GRANT SELECT (email, status, is_active, login_channel) ON", isMySql ? $"'{DatabaseServer.Reader}'@'%'" : $"\"{DatabaseServer.Reader}\"");
        var bare = server.Options with { Database = "bare" };
        await server.AdminAsync("CREATE DATABASE bare", "");
        await FailsAsync(bare, isMySql ? "no such database, or the user may not enter it" : "has no table `user`", "accounts.sql.database");
        await server.AdminAsync($"CREATE TABLE {table} (email varchar(255), status varchar(1), is_active varchar(1), login_channel varchar(255))", "bare");
        // In MySQL who may read nothing of a database may not enter it.
        await FailsAsync(bare, isMySql ? "may not enter it" : "may not read", $"{all} {(isMySql ? "`bare`.`user`" : "\"user\"")} TO {reader}");
        await server.AdminAsync($"GRANT SELECT (email) ON {table} TO {reader}", "bare");
        await FailsAsync(bare, "may not read email, status, is_active, login_channel of the table `user`", $"{all} {(isMySql ? "`bare`.`user`" : "\"user\"")} TO {reader}");
        await server.AdminAsync($"{all} {table} TO {reader}", "bare");
        Assert.Null(await FindAsync("alice@example.com", bare));

        await server.AdminAsync($"ALTER TABLE {table} DROP COLUMN login_channel", "bare");
        await FailsAsync(bare, "without one of the columns email, status, is_active, login_channel", "v0.21.1 or later");
        await server.AdminAsync($"DROP TABLE {table}", "bare");
        await FailsAsync(bare, "has no table `user`", "accounts.sql.database");
    }

    /// <summary>What an administrator may take from everybody.</summary>
    [Fact]
    public async Task Find_MayNotConnect_SaysWhichGrant()
    {
        server.Require();
        var database = await server.NewDatabaseAsync("closed", "utf8mb4_bin");
        var isMySql = server.Provider == SqlProvider.MySql;
        await server.AdminAsync(isMySql ? $"REVOKE SELECT (email, status, is_active, login_channel) ON closed.user FROM '{DatabaseServer.Reader}'@'%'" : "REVOKE CONNECT ON DATABASE closed FROM PUBLIC", database);

        await FailsAsync(server.Options with { Database = database }, "may not", isMySql ? "GRANT SELECT (email, status, is_active, login_channel) ON `closed`.`user`" : $"GRANT CONNECT ON DATABASE \"closed\" TO \"{DatabaseServer.Reader}\"");
    }

    [Fact]
    public async Task Find_ServerRestarted_TakesAFreshConnection()
    {
        server.Require();
        await server.AddAsync("restart@example.com");
        using var lookup = new SqlLookup(server.Options, Patience);
        Assert.True(await lookup.ExistsAsync(Address("restart@example.com"), default));

        await server.EndAsync();
        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await lookup.ExistsAsync(Address("restart@example.com"), default))).Message, StringComparison.Ordinal);
        await server.StartAsync();

        Assert.True(await lookup.ExistsAsync(Address("restart@example.com"), default));
        Assert.Empty(lookup.Trouble);
    }

    [Fact]
    public async Task Find_ServerHangs_EndsWithItsPatience()
    {
        server.Require();
        await server.AddAsync("hang@example.com");
        using var lookup = new SqlLookup(server.Options, TimeSpan.FromMilliseconds(500));
        await Eventually.TrueAsync(async () => await ExistsAsync(), "no connection");

        server.Pause();
        try
        {
            for (var i = 0; i < 5; i++)
            {
                // More often than the pool has connections: a question that was given up must not keep one.
                var error = await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await lookup.ExistsAsync(Address("hang@example.com"), default).AsTask().WaitAsync(Patience));
                Assert.Contains("did not answer within 0.5 s", error.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            server.Resume();
        }

        await Eventually.TrueAsync(async () => await ExistsAsync(), "it runs again");

        async Task<bool> ExistsAsync()
        {
            try
            {
                return await lookup.ExistsAsync(Address("hang@example.com"), default);
            }
            catch (AccountsUnavailableException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Find_CallerLeaves_IsNoTrouble()
    {
        server.Require();
        using var lookup = new SqlLookup(server.Options, Patience);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await lookup.ExistsAsync(Address("gone@example.com"), gone.Token));
        Assert.Empty(lookup.Trouble);
    }

    internal static EmailAddress Address(string typed) => EmailAddress.TryParse(typed, out var address) ? address : throw new ArgumentException("no address", nameof(typed));

    internal async Task<Account?> FindAsync(string typed, SqlOptions? options = null)
    {
        using var lookup = new SqlLookup(options ?? server.Options, Patience);
        return await lookup.FindAsync(Address(typed), TestContext.Current.CancellationToken);
    }

    private async Task FailsAsync(SqlOptions options, string problem, string hint)
    {
        server.Require();
        using var lookup = new SqlLookup(options, Patience);

        var error = await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await lookup.FindAsync(Address("alice@example.com"), default));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
        Assert.Equal(error.Message, lookup.Trouble);
        Assert.DoesNotContain("alice", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(DatabaseServer.Password, error.ToString(), StringComparison.Ordinal);
    }
}
