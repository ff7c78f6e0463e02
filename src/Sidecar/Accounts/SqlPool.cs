using System.Data.Common;

namespace Sidecar.Accounts;

/// <summary>
/// Connections under one login. Another login takes the place of the whole pool; who is asking through this one meanwhile ends in
/// his own time, and the last one closes it.
/// </summary>
internal sealed class SqlPool(SqlOptions options, TimeSpan patience) : IDisposable
{
    private readonly Lock _lock = new();
    private DbDataSource? _source;
    private int _askers;
    private bool _isRetired;

    public SqlOptions Options => options;

    public ISqlDatabase Database { get; } = ISqlDatabase.Of(options);

    /// <summary>Where to ask until <see cref="Leave"/>; null once another pool has taken its place.</summary>
    public DbDataSource? Enter()
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return null;
            }

            _askers++;
            return _source ??= Database.Open(patience);
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _askers--;
        }

        CloseIfDone();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isRetired = true;
        }

        CloseIfDone();
    }

    private void CloseIfDone()
    {
        DbDataSource? source;
        lock (_lock)
        {
            if (!_isRetired || _askers > 0)
            {
                return;
            }

            (source, _source) = (_source, null);
        }

        source?.Dispose();
    }
}
