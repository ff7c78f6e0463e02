namespace Sidecar.Pages;

/// <summary>What a sent form comes to: the state that the next page shows, and the ticket to go on with.</summary>
/// <param name="State">The new state.</param>
/// <param name="Ticket">The ticket that the client carries from now on; null to keep what it has.</param>
/// <param name="EndsTicket">Whether there is nothing left to carry.</param>
internal sealed record PageAnswer(PageState State, string? Ticket = null, bool EndsTicket = false);
