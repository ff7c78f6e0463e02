using Sidecar.Accounts;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.House;

namespace Sidecar.Tests.Accounts;

/// <summary>Where the users are, as RAGFlow's own files say it and as ours may.</summary>
public sealed class SqlOptionsTests : IDisposable
{
    private readonly SettingsFolder _folder = new SettingsFolder().Flag("accounts.kind=sql").Flag("store.kind=memory");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("v0.21.1")]
    [InlineData("v0.23.0")]
    [InlineData("v0.24.0")]
    [InlineData("v0.27.0")]
    public void Read_RenderedFileOfARelease_NeedsNothingElse(string release)
    {
        var options = _folder.App(Rendered(release)).Read();

        // But for the relay, which no release sets: also what RAGFlow keeps there for itself is no fault.
        Assert.Equal(["smtp.mail_server"], options.Faults.Select(static fault => fault.Key));
        var sql = options.Accounts.Sql;
        Assert.Equal((SqlProvider.MySql, "mysql", 3306, "rag_flow", "root", "infini_rag_flow"), (sql.Provider, sql.Host, sql.Port, sql.Database, sql.Username, sql.Password));
        Assert.Equal(("redis", 6379, 1, "infini_rag_flow"), (options.Redis.Host, options.Redis.Port, options.Redis.Database, options.Redis.Password));
        Assert.False(sql.Tls);
    }

    [Fact]
    public void Read_PasswordsThatLookLikeNumbers_AreText()
    {
        var options = _folder.App(Rendered("postgres-and-smtp")).Flag("accounts.sql.provider=postgres").Read();

        Assert.DoesNotContain(options.Faults, static fault => !fault.IsHarmless);
        var sql = options.Accounts.Sql;
        Assert.Equal((SqlProvider.Postgres, "10.0.0.5", 5432, "rag_flow", "rag_flow", "12345678"), (sql.Provider, sql.Host, sql.Port, sql.Database, sql.Username, sql.Password));
        Assert.Equal("1e10", options.Redis.Password);
        // What the entrypoint made null is empty.
        Assert.Equal(("smtp.example.com", "", ""), (options.Smtp.Server, options.Smtp.Username, options.Smtp.Password));
        Assert.Equal(("RAGFlow", "noreply@example.com"), (options.Smtp.FromName, options.Smtp.FromAddress));
    }

    /// <summary>In our own file a key that nobody reads is a slip.</summary>
    [Fact]
    public void Read_UnknownKeyInOurFile_IsSaid() =>
        Assert.Contains(_folder.App(Rendered("v0.27.0")).Own("mysql: { hots: db }").Read().Faults, static fault => fault is { Key: "mysql.hots", Problem: "is not a setting" });

    [Fact]
    public void Read_BothSections_AsksWhichOne()
    {
        var fault = Assert.Single(_folder.App(Rendered("postgres-and-smtp")).Read().Faults, static fault => !fault.IsHarmless);

        Assert.Equal("accounts.sql.provider", fault.Key);
        Assert.Contains("DB_TYPE", fault.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PostgresSectionAlone_IsPostgres()
    {
        var sql = _folder.App("postgres: { name: rag_flow, user: rag, password: p, host: db }").Read().Accounts.Sql;

        Assert.Equal((SqlProvider.Postgres, 5432), (sql.Provider, sql.Port));
        Assert.Equal("postgres db:5432/rag_flow", sql.ToString());
    }

    /// <summary>RAGFlow's local file replaces a section whole: what it lacks is not taken from the other.</summary>
    [Fact]
    public void Read_LocalFile_ReplacesTheSection()
    {
        var options = _folder.App(Rendered("v0.27.0")).Local("mysql: { name: other, user: app, password: 7, host: db2 }").Read();

        var sql = options.Accounts.Sql;
        Assert.Equal(("db2", 3306, "other", "app", "7"), (sql.Host, sql.Port, sql.Database, sql.Username, sql.Password));
    }

    [Fact]
    public void Read_LocalFileWithNulls_SaysWhatIsMissing()
    {
        var faults = _folder.App(Rendered("v0.27.0")).Local("mysql:\n  name:\n  user: ~\n  password: null\n  host: ''\n  port:\n").Read().Faults;

        Assert.Equal(["accounts.sql.host", "accounts.sql.database", "accounts.sql.username"], faults.Where(static fault => !fault.IsHarmless).Select(static fault => fault.Key));
    }

    [Fact]
    public void Read_ReaderOfItsOwn_LeavesTheAppsPasswordAlone()
    {
        var sql = _folder.App(Rendered("v0.27.0")).Own("accounts: { sql: { username: reader } }").Read().Accounts.Sql;

        Assert.Equal(("mysql", "rag_flow", "reader", ""), (sql.Host, sql.Database, sql.Username, sql.Password));
    }

    [Fact]
    public void Read_PasswordFile_IsRead()
    {
        _folder.File("reader-password", "from a file\n");

        Assert.Equal("from a file", _folder.App(Rendered("v0.27.0")).Own("accounts: { sql: { username: reader, password_file: reader-password } }").Read().Accounts.Sql.Password);
    }

    [Fact]
    public void Read_TemplateNobodyFilledIn_IsSaid()
    {
        var faults = _folder.App("mysql:\n  name: '${MYSQL_DBNAME:-rag_flow}'\n  user: root\n  password: '${MYSQL_PASSWORD:-infini_rag_flow}'\n  host: mysql\n").Read().Faults;

        Assert.Contains(faults, static fault => fault.Key == "mysql.name" && fault.Problem.Contains("template", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.Key == "mysql.password" && fault.Value == "***");
    }

    /// <summary>Whoever does not ask the database need not have a section that is right.</summary>
    [Fact]
    public void Read_OtherKind_DoesNotLookAtTheSection()
    {
        using var folder = new SettingsFolder().App("mysql: { name: '${MYSQL_DBNAME:-rag_flow}' }\nencrypt_password: true").Flag("store.kind=memory");

        Assert.DoesNotContain(folder.Read().Faults, static fault => !fault.IsHarmless);
    }

    [Theory]
    [InlineData("encrypt_password: true", true)]
    [InlineData("encrypt_password: 1", true)]
    [InlineData("encrypt_password: false", false)]
    [InlineData("encrypt_password:", false)]
    [InlineData("", false)]
    public void Read_EncryptedPassword_IsRefusedWithAWayOut(string flag, bool refused)
    {
        var faults = _folder.App($"{Rendered("v0.27.0")}\n{flag}\nencrypt_module: my#decrypt\nprivate_key: key\n").Flag("redis.password=clear").Read().Faults.Where(static fault => !fault.IsHarmless).ToList();

        Assert.Equal(refused, faults.Count > 0);
        if (refused)
        {
            var fault = Assert.Single(faults);
            Assert.Equal("accounts.sql.username", fault.Key);
            Assert.Contains("`encrypt_password`", fault.Problem, StringComparison.Ordinal);
            Assert.Contains("accounts.sql.username and .password_file", fault.Fix, StringComparison.Ordinal);
            Assert.DoesNotContain("infini_rag_flow", fault.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_EncryptedPasswordAndAReaderOfItsOwn_IsRight() => Assert.DoesNotContain(
        _folder.App($"{Rendered("v0.27.0")}\nencrypt_password: true\n").Own("redis: { password: clear }\naccounts: { sql: { username: reader, password: r } }").Read().Faults, static fault => !fault.IsHarmless);

    [Fact]
    public void Read_EncryptedPasswordOfRedis_IsRefused()
    {
        using var folder = new SettingsFolder().App($"{Rendered("v0.27.0")}\nencrypt_password: true\n").Own("pepper: x");

        var fault = Assert.Single(folder.Read().Faults, static fault => fault.Key == "redis.password");

        Assert.Equal("***", fault.Value);
        Assert.Contains("redis.password_file", fault.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AuthorityWithoutTls_IsMinded()
    {
        _folder.App(Rendered("v0.27.0")).File("ca.pem", TestCertificatePem()).Flag($"accounts.sql.ca={Path.Combine(_folder.Path, "ca.pem")}");

        Assert.Contains(_folder.Read().Faults, static fault => fault is { Key: "accounts.sql.ca", IsHarmless: true });
        Assert.Contains(_folder.Flag("accounts.sql.tls=true").Flag("accounts.sql.ca=/nowhere.pem").Read().Faults, static fault => fault is { Key: "accounts.sql.ca", IsHarmless: false });
    }

    private static string Rendered(string name) => File.ReadAllText(Path.Combine(SourceTree.Root, "tests", "Sidecar.Tests", "Accounts", "RagflowFiles", $"{name}.yaml"));

    private static string TestCertificatePem()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=ca", key, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        return certificate.ExportCertificatePem();
    }
}
