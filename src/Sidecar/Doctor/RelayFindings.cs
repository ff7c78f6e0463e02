using System.Text;
using Sidecar.Mail;

namespace Sidecar.Doctor;

/// <summary>A relay's failure as a line of the list: what happened on one side, what to change on the other.</summary>
internal static class RelayFindings
{
    public static Finding Of(RelayFailure failure)
    {
        var what = Words(failure.Trouble.ToString());
        return Finding.Fail(failure.Status.Length > 0 ? $"{what} (it said {failure.Status})" : what, failure.Hint) with
        {
            Data = [("trouble", what.Replace(' ', '-')), .. failure.Status.Length > 0 ? [("smtp_status", (object)failure.Status)] : Array.Empty<(string, object)>(), .. failure.Known is { } known ? [("known_reply", (object)known)] : Array.Empty<(string, object)>()],
        };
    }

    /// <summary>A name of code as words: <c>LoginRejected</c> as <c>login rejected</c>.</summary>
    private static string Words(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }
}
