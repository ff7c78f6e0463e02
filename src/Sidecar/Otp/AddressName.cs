namespace Sidecar.Otp;

/// <summary>
/// What stands for an address in every key and log: the hex HMAC of the normalised address under the pepper, so that neither
/// a dump of the store nor a log tells who has been here.
/// </summary>
/// <param name="Value">32 lower-case hex digits (128 bits).</param>
internal readonly record struct AddressName(string Value)
{
    public override string ToString() => Value;
}
