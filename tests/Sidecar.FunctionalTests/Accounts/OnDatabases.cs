namespace Sidecar.FunctionalTests.Accounts;

/// <summary>All tests on MariaDB, one after the other on one server, which some of them end.</summary>
[CollectionDefinition(Name)]
public sealed class OnMariaDb : ICollectionFixture<MariaDbServer>
{
    public const string Name = "MariaDB";
}

/// <summary>All tests on PostgreSQL, likewise.</summary>
[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
