namespace Sidecar.FunctionalTests.Accounts;

/// <summary>On PostgreSQL.</summary>
[Collection(OnPostgres.Name)]
public sealed class PostgresLookupTests(PostgresServer server) : SqlLookupTests(server)
{
    [Theory]
    [InlineData("alice@éxample.com")]
    [InlineData("ａlice@example.com")]
    [InlineData("älice@example.com")]
    public async Task Find_LookAlike_IsNobody(string typed)
    {
        await server.AddAsync("alice@example.com");
        try
        {
            Assert.NotNull(await FindAsync("ALICE@example.com"));
            Assert.Null(await FindAsync(typed));
        }
        finally
        {
            await server.AdminAsync("DELETE FROM \"user\" WHERE email = 'alice@example.com'");
        }
    }
}
