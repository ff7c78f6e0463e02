using MySqlConnector;
using Sidecar.Accounts;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>On MariaDB, whose collations find one address for another.</summary>
[Collection(OnMariaDb.Name)]
public sealed class MariaDbLookupTests(MariaDbServer server) : SqlLookupTests(server)
{
    [Theory]
    [InlineData("utf8mb4_unicode_ci", true)]
    [InlineData("utf8mb4_general_ci", true)]
    [InlineData("utf8mb4_bin", false)]
    public async Task Find_LookAlike_IsNobody(string collation, bool folds)
    {
        server.Require();
        var database = await server.NewDatabaseAsync($"alike_{collation}", collation);
        var options = server.Options with { Database = database };
        await server.AddAsync("Alice@example.com", database: database);
        await server.AddAsync("strasse@example.com", database: database);
        await server.AddAsync("padded@example.com ", database: database);

        // The collation is what the name says, or nothing of this is a test.
        Assert.Equal(folds, await ServerFindsAsync(database, "alice@éxample.com"));
        Assert.Equal("Alice@example.com", (await FindAsync("ALICE@EXAMPLE.COM", options))?.Address);
        Assert.Equal("Alice@example.com", (await FindAsync(" alice@example.com ", options))?.Address);
        foreach (var typed in new[] { "alice@éxample.com", "álice@example.com", "ａlice@example.com", "alice@ｅxample.com", "aliçe@example.com", "straße@example.com", "alıce@example.com", "padded@example.com" })
        {
            Assert.True(await FindAsync(typed, options) is null, $"{typed} was taken for somebody else by {collation}");
        }

        Assert.False(EmailAddress.TryParse("alice\u200b@example.com", out _));

        // Somebody got an account that this collation takes for Alice's: whose password the app would set, nobody knows.
        await server.AddAsync("alice@éxample.com", database: database);
        Assert.Equal(folds ? null : "alice@éxample.com", (await FindAsync("alice@éxample.com", options))?.Address);
        Assert.Equal(folds ? null : "Alice@example.com", (await FindAsync("alice@example.com", options))?.Address);
    }

    private async Task<bool> ServerFindsAsync(string database, string typed)
    {
        await using var connection = new MySqlConnection($"Server=127.0.0.1;Port={server.Port};Database={database};User ID={DatabaseServer.Reader};Password={DatabaseServer.Password};SslMode=None;Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new MySqlCommand("SELECT count(email) FROM user WHERE email = @email", connection);
        command.Parameters.AddWithValue("@email", typed);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! > 0;
    }
}
