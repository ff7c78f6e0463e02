namespace Sidecar.Otp;

/// <summary>
/// What the memory store knows of one address; the scripts' twin, step by step. Instants are milliseconds, as in the scripts.
/// </summary>
internal sealed class MemoryAddress
{
    private readonly Dictionary<FlowKey, MemoryFlow> _flows = [];
    private readonly Dictionary<FlowKey, MemoryVerified> _verified = [];
    private readonly Dictionary<string, long> _captchas = [];
    private readonly MemoryBudgets _budgets = new();
    private (long Until, FlowKey Flow, long Generation) _cooldown;
    private (long Until, FlowKey By) _handOver;

    public int FlowCount => _flows.Count + _verified.Count;

    public int CaptchaCount => _captchas.Count;

    public bool IsEmpty => FlowCount == 0 && CaptchaCount == 0 && _cooldown.Until == 0 && _handOver.Until == 0 && _budgets.IsEmpty;

    /// <summary>Drops what has ended.</summary>
    public void Forget(long now)
    {
        RemoveWhere(_flows, flow => flow.Keep <= now);
        RemoveWhere(_verified, verified => verified.Ends <= now);
        RemoveWhere(_captchas, until => until <= now);
        _budgets.Forget(now);
        _cooldown = _cooldown.Until <= now ? default : _cooldown;
        _handOver = _handOver.Until <= now ? default : _handOver;
    }

    public IssueResult Issue(IssueRequest request, long now, bool hasRoom)
    {
        var known = _flows.GetValueOrDefault(request.Flow);
        if (_captchas.ContainsKey(request.CaptchaId))
        {
            return new(IssueOutcome.CaptchaSpent);
        }

        if (_cooldown.Until > now)
        {
            return Wait(IssueOutcome.CoolingDown, _cooldown.Until - now);
        }

        if (known?.Locked > now)
        {
            return Wait(IssueOutcome.Locked, known.Locked - now);
        }

        if (known?.IsLive(now) != true && Crowded(request, now) is { } ends)
        {
            return Wait(IssueOutcome.TooManyFlows, ends - now);
        }

        var limits = request.Rules.Limits;
        var hour = _budgets.Judge(limits.RecipientHour, now, request.ClientNetwork);
        var day = _budgets.Judge(limits.RecipientDay, now, request.ClientNetwork);
        if (hour.Decision == BudgetDecision.Refused || day.Decision == BudgetDecision.Refused)
        {
            return new(IssueOutcome.RecipientSpent, 0, RefusedFor(hour) > RefusedFor(day) ? hour.Wait : day.Wait, hour, day);
        }

        if (known is null && !hasRoom)
        {
            return new(IssueOutcome.StoreFull);
        }

        var flow = _flows[request.Flow] = MemoryFlow.Issued(known, request, now);
        flow.GiveBack = _budgets.Take(hour, limits.RecipientHour, now, request.ClientNetwork) + _budgets.Take(day, limits.RecipientDay, now, request.ClientNetwork);
        _captchas[request.CaptchaId] = now + Math.Max(Milliseconds(request.CaptchaRemaining), 1);
        var cooldown = Milliseconds(request.Rules.Cooldown);
        _cooldown = cooldown > 0 ? (now + cooldown, request.Flow, flow.Generation) : default;
        return new(IssueOutcome.Issued, flow.Generation, Hour: hour, Day: day);
    }

    public bool Withdraw(FlowKey flow, long generation)
    {
        if (_flows.TryGetValue(flow, out var known) && known.Generation == generation)
        {
            known.Ends = 0;
            known.GiveBack?.Invoke();
            known.GiveBack = null;
        }

        if (_cooldown.Flow == flow && _cooldown.Generation == generation)
        {
            _cooldown = default;
        }

        return true;
    }

    public bool Spend(string captchaId, TimeSpan remaining, long now) => _captchas.TryAdd(captchaId, now + Math.Max(Milliseconds(remaining), 1));

    public AttemptResult Attempt(FlowKey flow, long now) =>
        _flows.TryGetValue(flow, out var known) ? known.Attempt(_budgets, now) : new(AttemptOutcome.NoLiveCode);

    public bool Redeem(FlowKey flow, long generation, FlowKey verified, TimeSpan lifetime, long now)
    {
        if (!_flows.TryGetValue(flow, out var known) || known.Generation != generation || known.Ends <= now)
        {
            return false;
        }

        _flows.Remove(flow);
        _verified[verified] = new MemoryVerified { Ends = now + Milliseconds(lifetime) };
        return true;
    }

    public bool IsVerified(FlowKey verified) => _verified.TryGetValue(verified, out var known) && !known.Reserved;

    public ReserveResult Reserve(FlowKey verified, TimeSpan lease, long now)
    {
        if (!_verified.TryGetValue(verified, out var known) || known.Reserved)
        {
            return ReserveResult.NotVerified;
        }

        if (_handOver.Until > now)
        {
            return ReserveResult.AddressBusy;
        }

        known.Reserved = true;
        _handOver = (now + Milliseconds(lease), verified);
        return ReserveResult.Reserved;
    }

    public bool Settle(FlowKey verified, bool used)
    {
        if (used)
        {
            _verified.Remove(verified);
        }
        else if (_verified.TryGetValue(verified, out var known))
        {
            known.Reserved = false;
        }

        _handOver = _handOver.By == verified ? default : _handOver;
        return true;
    }

    /// <summary>When the address, or the client's network at it, next has room; null when it has.</summary>
    private long? Crowded(IssueRequest request, long now)
    {
        var others = _flows.Where(entry => entry.Key != request.Flow && entry.Value.IsLive(now)).Select(static entry => entry.Value).ToArray();
        var sameNetwork = others.Where(flow => flow.Network == request.ClientNetwork).ToArray();
        if (sameNetwork.Length > 0)
        {
            return sameNetwork.Min(static flow => flow.Ends);
        }

        return others.Length >= request.Rules.MaxFlows ? others.Min(static flow => flow.Ends) : null;
    }

    private static TimeSpan RefusedFor(BudgetState state) => state.Decision == BudgetDecision.Refused ? state.Wait : TimeSpan.MinValue;

    private static IssueResult Wait(IssueOutcome outcome, long milliseconds) => new(outcome, RetryAfter: TimeSpan.FromMilliseconds(milliseconds));

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private static void RemoveWhere<TKey, TValue>(Dictionary<TKey, TValue> entries, Predicate<TValue> ended)
        where TKey : notnull
    {
        foreach (var (key, value) in entries)
        {
            if (ended(value))
            {
                entries.Remove(key);
            }
        }
    }

    private sealed class MemoryVerified
    {
        public long Ends { get; init; }

        public bool Reserved { get; set; }
    }
}
