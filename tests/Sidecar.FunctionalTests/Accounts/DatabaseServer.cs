using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sidecar.Accounts;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Smtp;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>
/// A real database server of our own on a free loopback port, with RAGFlow's table of users and a reader who may read four of its
/// columns; it can be ended, frozen and brought back.
/// </summary>
public abstract class DatabaseServer : IAsyncLifetime
{
    public const string Database = "rag_flow";

    public const string Reader = "reader";

    public const string Password = "reader-password";

    private readonly string _directory = Directory.CreateTempSubdirectory("sidecar-sql-").FullName;
    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public string AuthorityFile => Path.Combine(_directory, "ca.pem");

    internal SqlOptions Options => new() { Provider = Provider, Host = "127.0.0.1", Port = Port, Database = Database, Username = Reader, Password = Password };

    internal abstract SqlProvider Provider { get; }

    /// <summary>Why it cannot run here; null where it can.</summary>
    protected abstract string? Missing { get; }

    protected string Home => _directory;

    protected string CertificateFile => Path.Combine(_directory, "server.pem");

    protected string KeyFile => Path.Combine(_directory, "server.key");

    protected string Data => Path.Combine(_directory, "data");

    /// <summary>Ends it at once, and whoever is connected to it.</summary>
    protected abstract string EndSignal { get; }

    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
        {
            RelayAuthority.Write(AuthorityFile, CertificateFile, KeyFile);
            await InstallAsync();
            await StartAsync();
            await CreateAsync();
        }
    }

    /// <summary>Skips where there is no such server; on CI that is a failure.</summary>
    public void Require()
    {
        if (Missing is not null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{Missing} is not installed");
            Assert.Skip($"{Missing} is not installed");
        }
    }

    /// <summary>Settings that have the sidecar look accounts up here.</summary>
    internal string[] Settings => Flags(Options);

    internal static string[] Flags(SqlOptions options) => [.. Place(options), $"accounts.sql.password={options.Password}"];

    /// <summary>The same without the password.</summary>
    internal static string[] Place(SqlOptions options) =>
    [
        "accounts.kind=sql", $"accounts.sql.provider={(options.Provider == SqlProvider.Postgres ? "postgres" : "mysql")}", $"accounts.sql.host={options.Host}",
        string.Create(CultureInfo.InvariantCulture, $"accounts.sql.port={options.Port}"), $"accounts.sql.database={options.Database}",
        $"accounts.sql.username={options.Username}", "accounts.cache=0s",
    ];

    /// <summary>What an administrator does.</summary>
    /// <param name="sql">One statement.</param>
    /// <param name="database">Where; the server's own when empty.</param>
    public async Task AdminAsync(string sql, string database = Database)
    {
        await using var connection = Administrator(database);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public Task AddAsync(string email, string status = "1", string active = "1", string? channel = "password", string database = Database) =>
        AddAsync(database, new StoredUser(email, status, active, channel));

    internal Task AddAsync(string database, params IEnumerable<StoredUser> users) =>
        AdminAsync($"INSERT INTO {Quoted("user")} {StoredUser.Columns} VALUES {string.Join(", ", users.Select(static user => user.Values))}", database);

    /// <summary>Another database with RAGFlow's table in it, which the reader may read as in the first.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="collation">The table's, where databases have any.</param>
    public async Task<string> NewDatabaseAsync(string name, string collation = "")
    {
        await AdminAsync($"CREATE DATABASE {name}", "");
        await TableAsync(name, collation);
        return name;
    }

    /// <summary>Ends whatever connections a user has.</summary>
    public abstract Task DisconnectAsync(string user);

    /// <summary>Gives a user another password, which is the only one he has then.</summary>
    public abstract Task SetPasswordAsync(string user, string password);

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {Command} >>'{_directory}/log' 2>&1"]))!;
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
            {
                Assert.Fail($"no start:\n{await File.ReadAllTextAsync(Path.Combine(_directory, "log"))}");
            }

            await Task.Delay(50);
        }
    }

    public async Task EndAsync()
    {
        if (_process is { HasExited: false })
        {
            Resume();
            Signal(EndSignal, [_process.Id]);
            await _process.WaitForExitAsync();
        }
    }

    public void Pause() => Signal("STOP", All());

    public void Resume() => Signal("CONT", All());

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _process?.Dispose();
        for (var i = 0; Directory.Exists(_directory); i++)
        {
            try
            {
                Directory.Delete(_directory, recursive: true);
            }
            catch (IOException) when (i < 50)
            {
                // Its children are still writing their last.
                await Task.Delay(100);
            }
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The server's command line.</summary>
    protected abstract string Command { get; }

    /// <summary>Makes an empty data directory.</summary>
    protected abstract Task InstallAsync();

    /// <summary>Makes the database, the table and the reader.</summary>
    protected abstract Task CreateAsync();

    /// <summary>Makes the table in a database, and lets the reader read it.</summary>
    protected abstract Task TableAsync(string database, string collation);

    protected abstract DbConnection Administrator(string database);

    internal abstract string Quoted(string name);

    protected static async Task RunAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command}:\n{output}\n{await error}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await AdminAsync("SELECT 1", "");
            return true;
        }
        catch (Exception error) when (error is DbException or SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>The server and the processes it has made, one for each connection with some.</summary>
    private int[] All()
    {
        var id = _process!.Id;
        var children = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/task/{id}/children"));
        return [id, .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static child => int.Parse(child, CultureInfo.InvariantCulture))];
    }

    private static void Signal(string signal, int[] processes)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {string.Join(' ', processes)}"]);
        kill.WaitForExit();
    }
}
