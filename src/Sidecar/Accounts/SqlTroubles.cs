using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Sidecar.Accounts;

/// <summary>What goes wrong with any database, in one wording.</summary>
internal sealed class SqlTroubles(SqlOptions options)
{
    /// <summary>What is read; the rights to it are all that is needed.</summary>
    public const string Columns = "email, status, is_active, login_channel";

    public SqlTrouble Login => new($"{options.Place} refuses the login", "check accounts.sql.username and .password, or the app's section where these are not set");

    public SqlTrouble NoDatabase(string grant) => new($"{options.Place} has no such database, or the user may not enter it", $"check accounts.sql.database; where it is right, as an administrator of the database: {grant}");

    public SqlTrouble NoTable => new($"{options.Place} has no table `user`, or none that the user may know of", "check accounts.sql.database: it is the one RAGFlow uses, after RAGFlow has started once; then the rights (docs/accounts.md)");

    public SqlTrouble NoColumn => new($"{options.Place} has a table `user` without one of the columns {Columns}", "check that it is RAGFlow's database, v0.21.1 or later");

    public SqlTrouble NoRight(string grant) => new($"{options.Place}: the user may not read {Columns} of the table `user`", $"as an administrator of the database: {grant}");

    public SqlTrouble Full => new($"{options.Place} has no connection to spare", "raise the database's limit of connections; the sidecar takes at most 4");

    public SqlTrouble Other => new($"{options.Place} answers with an error", "look at the database's own log") { MayBeStale = true };

    /// <summary>What the network or TLS did, as far as the causes tell.</summary>
    public SqlTrouble OfConnection(DbException error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return new($"{options.Place}: its certificate is not trusted, or is not for this name", "name its authority in accounts.sql.ca, and the host as the certificate has it");
                case SocketException or TimeoutException or IOException:
                    return new($"{options.Place} cannot be reached", "check accounts.sql.host and .port, and that the database takes connections from here") { MayBeStale = true };
            }
        }

        return options.Tls && error.Message.Contains("SSL", StringComparison.Ordinal) ? new($"{options.Place} offers no TLS", "switch TLS on at the database, or set accounts.sql.tls: false where the network is trusted")
            : new($"{options.Place} cannot be reached", "check accounts.sql.host and .port, and that the database takes connections from here") { MayBeStale = true };
    }
}
