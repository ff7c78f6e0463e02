namespace Sidecar.Demo.Mail;

/// <summary>The inbox for people: asks the JSON every second and shows text and HTML side by side, the HTML in a sandbox.</summary>
internal static class InboxPage
{
    public const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Demo inbox</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
        header { display: flex; align-items: baseline; gap: 1rem; }
        header h1 { margin-right: auto; }
        button { font: inherit; padding: .3rem .8rem; }
        article { border: 1px solid #8886; border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
        article h2 { margin: 0; font-size: 1.1rem; }
        article p { margin: .2rem 0 .8rem; opacity: .7; }
        .parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
        pre { margin: 0; padding: .8rem; background: #8881; border-radius: .3rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        iframe { width: 100%; height: 22rem; border: 1px solid #8884; border-radius: .3rem; background: #fff; color-scheme: light; }
        </style>
        </head>
        <body>
        <header><h1>Demo inbox</h1><span id="count"></span><button id="clear">Empty it</button></header>
        <main id="list" aria-live="polite"></main>
        <script>
        const list = document.getElementById('list'), count = document.getElementById('count'), shown = new Map();
        const add = (parent, name, text) => { const node = parent.appendChild(document.createElement(name)); if (text) node.textContent = text; return node; };
        function render(mail) {
          const article = document.createElement('article');
          add(article, 'h2', mail.subject || '(no subject)');
          add(article, 'p', 'to ' + mail.to + ' · ' + new Date(mail.received_at).toLocaleString());
          const parts = add(article, 'div'); parts.className = 'parts';
          if (mail.text) add(parts, 'pre', mail.text);
          if (mail.html) { const frame = add(parts, 'iframe'); frame.setAttribute('sandbox', ''); frame.title = 'HTML part'; frame.srcdoc = mail.html; }
          const details = add(article, 'details'); add(details, 'summary', 'Headers');
          add(details, 'pre', Object.entries(mail.headers).map(([name, value]) => name + ': ' + value).join('\n'));
          return article;
        }
        async function refresh() {
          try {
            const mails = await (await fetch('/api/messages')).json(), ids = new Set(mails.map(mail => mail.id));
            for (const [id, node] of shown) if (!ids.has(id)) { node.remove(); shown.delete(id); }
            for (const mail of [...mails].reverse()) if (!shown.has(mail.id)) { const node = render(mail); shown.set(mail.id, node); list.prepend(node); }
            count.textContent = mails.length ? mails.length + (mails.length === 1 ? ' mail' : ' mails') : 'empty';
          } catch { count.textContent = 'the demo has stopped'; }
        }
        document.getElementById('clear').onclick = async () => { await fetch('/api/messages', { method: 'DELETE' }); refresh(); };
        refresh(); setInterval(refresh, 1000);
        </script>
        </body>
        </html>
        """;
}
