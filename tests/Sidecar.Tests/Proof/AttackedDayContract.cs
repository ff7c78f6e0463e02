using CsCheck;
using Sidecar.Otp;
using Sidecar.Proof;

namespace Sidecar.Tests.Proof;

/// <summary>
/// A day on which somebody solves a captcha a minute for a victim's address, guesses what he can, and the owner wants in once.
/// Instants are whole seconds since the day began; where owner and attacker come at the same one, the attacker is first.
/// Run over memory here and over Redis in the functional tests.
/// </summary>
public abstract class AttackedDayContract
{
    private const int Minute = 60;
    private const int Hour = 60 * Minute;
    private const int Day = 24 * Hour;
    private const string OwnersNetwork = "198.51.100.7";

    /// <summary>Days simulated, each with the owner's arrival at another second.</summary>
    protected abstract int Days { get; }

    private protected abstract Task<AttackedWorld> NewWorldAsync();

    [Fact]
    public Task Attack_FromOneNetwork_DelaysTheOwnerByCooldownsOnly() => EachDayAsync(networks: 1, longestDelay: 3 * Minute);

    [Fact]
    public Task Attack_FromTenNetworks_DelaysTheOwnerByOneRecipientWindowAtMost() => EachDayAsync(networks: 10, longestDelay: Day);

    private Task EachDayAsync(int networks, int longestDelay) => Gen.Int[0, Day - (10 * Minute)].SampleAsync(
        async arrival =>
        {
            await using var world = await NewWorldAsync();
            var attack = new Attack(world, networks);
            var owner = new Owner(world, arrival);
            for (var now = 0; !owner.IsIn || now < Day;)
            {
                if (now % Minute == 0 && now < Day)
                {
                    await attack.ComeAsync(now / Minute);
                }

                if (now == owner.Next)
                {
                    await owner.ComeAsync(now);
                }

                var attackersNext = now < Day ? ((now / Minute) + 1) * Minute : int.MaxValue;
                var next = Math.Min(attackersNext, owner.Next > now ? owner.Next : int.MaxValue);
                world.Advance(TimeSpan.FromSeconds(next - now));
                now = next;
            }

            Assert.InRange(owner.Delay, 0, longestDelay);
            Assert.True(attack.Codes >= Math.Min(networks, 2) * 4, "the attack was none");
            AssertNeverMoreThan(5, TimeSpan.FromHours(1), world.Inbox.Arrivals);
            AssertNeverMoreThan(10, TimeSpan.FromHours(24), world.Inbox.Arrivals);
        },
        iter: Days,
        threads: 1);

    private static void AssertNeverMoreThan(int mails, TimeSpan window, List<DateTimeOffset> arrivals)
    {
        for (var i = mails; i < arrivals.Count; i++)
        {
            Assert.True(arrivals[i] - arrivals[i - mails] >= window, $"{mails + 1} mails within {window}");
        }
    }

    /// <summary>One captcha a minute, the networks by turns: a flow of its own each time, or the old one again.</summary>
    private sealed class Attack(AttackedWorld world, int networks)
    {
        private readonly string?[] _tickets = new string?[networks];

        public int Codes { get; private set; }

        public async Task ComeAsync(int minute)
        {
            var i = minute % networks;
            var again = minute / networks % 2 == 1;
            var outcome = await world.SendCodeAsync(again ? _tickets[i] : null, $"203.0.113.{i + 1}");
            if (outcome is ProofOutcome.CodeSent)
            {
                Codes++;
                _tickets[i] = outcome.Ticket;
                for (var guess = 0; guess < (again ? 4 : 6); guess++)
                {
                    await world.VerifyAsync(outcome.Ticket, "WRONGONE");
                }
            }
            else
            {
                // A guess without a flow of one's own is no guess at anybody's code.
                Assert.IsType<ProofOutcome.NoLiveCode>(await world.VerifyAsync(world.Solve(null), "WRONGONE"));
            }
        }
    }

    /// <summary>Comes back exactly when told; with a code, mistypes it four times over four minutes and then gets it right.</summary>
    private sealed class Owner(AttackedWorld world, int arrival)
    {
        private readonly int _arrival = arrival;
        private string? _ticket;
        private string? _code;
        private int _mistakes;

        public int Next { get; private set; } = arrival;

        public int Delay { get; private set; } = int.MaxValue;

        public bool IsIn { get; private set; }

        public async Task ComeAsync(int now)
        {
            if (_code is null)
            {
                await AskAsync(now);
            }
            else if (_mistakes < 4)
            {
                Assert.IsType<ProofOutcome.WrongCode>(await world.VerifyAsync(_ticket, "WRONGONE"));
                _mistakes++;
                Next = now + Minute - 5;
            }
            else
            {
                Assert.IsType<ProofOutcome.Verified>(await world.VerifyAsync(_ticket, _code));
                IsIn = true;
                Next = int.MaxValue;
            }
        }

        private async Task AskAsync(int now)
        {
            var outcome = await world.SendCodeAsync(_ticket, OwnersNetwork);
            _ticket = outcome.Ticket ?? _ticket;
            if (outcome is ProofOutcome.CodeSent)
            {
                _code = world.Inbox.LastCode;
                Delay = now - _arrival;
                Next = now + 1;
                return;
            }

            Next = now + (int)Math.Ceiling(Wait(outcome).TotalSeconds);
        }

        private static TimeSpan Wait(ProofOutcome outcome) => outcome switch
        {
            ProofOutcome.CoolingDown cooling => cooling.Remaining,
            ProofOutcome.TooManyFlows flows => flows.Remaining,
            ProofOutcome.OverLimit over => over.Limit.RetryAfter,
            _ => throw new InvalidOperationException($"the owner was told {outcome.Name}"),
        };
    }
}
