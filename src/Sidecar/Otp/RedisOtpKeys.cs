using System.Globalization;

namespace Sidecar.Otp;

/// <summary>What the store's keys are called. The braces make all keys of one address share a hash slot, so that a script may touch them.</summary>
internal static class RedisOtpKeys
{
    /// <summary>One flow among those of its address.</summary>
    public static string Name(FlowKey flow) => string.Create(CultureInfo.InvariantCulture, $"{(int)flow.Purpose}:{flow.Id}");

    public static string Captcha(AddressName address, string captchaId) => Key(address, $"captcha:{captchaId}");

    public static string Cooldown(AddressName address) => Key(address, "cooldown");

    public static string Live(AddressName address) => Key(address, "live");

    public static string Flow(FlowKey flow) => Key(flow.Address, $"flow:{Name(flow)}");

    public static string Verified(FlowKey flow) => Key(flow.Address, $"verified:{Name(flow)}");

    public static string HandOver(AddressName address) => Key(address, "handover");

    public static string RecipientHour(AddressName address) => Key(address, "mails:hour");

    public static string RecipientDay(AddressName address) => Key(address, "mails:day");

    public static string Guesses(AddressName address) => Key(address, "guesses");

    private static string Key(AddressName address, string rest) => $"sidecar:{{{address.Value}}}:{rest}";
}
