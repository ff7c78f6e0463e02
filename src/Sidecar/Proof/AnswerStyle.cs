namespace Sidecar.Proof;

/// <summary>Whether answers may tell known from unknown addresses.</summary>
internal enum AnswerStyle
{
    /// <summary>The same answer to everybody; the look-up happens in the mail worker. Default.</summary>
    Uniform,

    /// <summary>As the app would answer: the account is looked up and the first delivery attempt awaited inline.</summary>
    App,
}
