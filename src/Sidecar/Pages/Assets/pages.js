// Makes the pages smoother; everything works without it.
(() => {
  'use strict';
  const main = () => document.getElementById('main');
  let ticking = 0;

  // Countdowns, by the clock: a window in the background ticks late.
  const words = (span, left) => {
    const [n, pattern] = left < 120 ? [left, left === 1 ? span.dataset.second : span.dataset.someSeconds]
      : left < 7200 ? [Math.ceil(left / 60), span.dataset.someMinutes] : [Math.ceil(left / 3600), span.dataset.someHours];
    return pattern.replace('{n}', n);
  };
  const tick = () => {
    let running = false;
    for (const span of main().querySelectorAll('.wait[data-seconds]')) {
      span.ends ??= Date.now() + span.dataset.seconds * 1000;
      const left = Math.max(0, Math.ceil((span.ends - Date.now()) / 1000));
      running ||= left > 0;
      if (left > 0) span.textContent = words(span, left);
      else if (span.dataset.ends) ready(span.dataset.ends);
      else over(span.closest('#notice'));
    }
    clearTimeout(ticking);
    if (running) ticking = setTimeout(tick, 250);
  };
  // What was to be waited for is over, so nothing is to be read of it any more.
  const over = notice => {
    if (!notice) return;
    const held = notice.contains(document.activeElement);
    notice.remove();
    if (held) focus();
  };
  const ready = id => {
    const button = document.getElementById(id), hint = document.getElementById(id + '-hint');
    button.removeAttribute('aria-disabled');
    hint.setAttribute('role', 'status');
    hint.textContent = hint.dataset.ready;
  };
  const prepareResend = () => {
    const span = main().querySelector('.wait[data-ends]');
    if (!span) return;
    document.getElementById(span.dataset.ends).setAttribute('aria-disabled', 'true');
    // What changes every second is not read out; its end is.
    document.getElementById(span.dataset.ends + '-hint').removeAttribute('role');
  };

  const score = (text, min) => {
    if ([...text].length < min) return 0;
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter(kind => kind.test(text)).length;
    const different = new Set(text.toLowerCase()).size;
    const runs = (text.match(/(.)\1\1|012|123|234|345|456|567|678|789|abc|qwe|asd/gi) ?? []).length;
    const points = [...text].length + 2 * kinds + different / 2 - 4 * runs;
    return different < 5 ? 1 : points < 17 ? 1 : points < 22 ? 2 : points < 28 ? 3 : 4;
  };
  const preparePassword = () => {
    const password = document.getElementById('password'), show = main().querySelector('.show'), strength = document.getElementById('strength');
    if (!password) return;
    const fields = [password, document.getElementById('repeat')];
    const reveal = shown => {
      for (const field of fields) field.type = shown ? 'text' : 'password';
      show.textContent = shown ? show.dataset.hide : show.dataset.show;
      show.setAttribute('aria-label', shown ? show.dataset.hideLabel : show.dataset.showLabel);
    };
    reveal(false);
    show.hidden = false;
    show.addEventListener('click', () => reveal(password.type === 'password'));
    // Password managers and browsers keep what is sent from a password field.
    password.form.addEventListener('submit', () => reveal(false));
    const { min, short, weak, fair, good, strong } = strength.dataset, word = strength.querySelector('.word');
    password.addEventListener('input', () => {
      const level = score(password.value, +min);
      strength.hidden = password.value === '';
      strength.dataset.level = level;
      const text = [short, weak, fair, good, strong][level];
      if (word.textContent !== text) word.textContent = text;
    });
  };

  // A code is pasted as mails and people write it.
  document.addEventListener('paste', event => {
    const field = event.target;
    if (!field.matches?.('input.code')) return;
    event.preventDefault();
    field.setRangeText(event.clipboardData.getData('text').replace(/[\s\-\u00ad\u200b]/g, '').toUpperCase(), field.selectionStart, field.selectionEnd, 'end');
  });

  const focus = id => {
    const target = main().querySelector('#notice.error') ?? (id && document.getElementById(id)) ?? main().querySelector('[autofocus]') ?? main().querySelector('input:not([type=hidden]):not([hidden])');
    target?.focus();
  };
  const prepare = () => { prepareResend(); preparePassword(); tick(); };
  const swap = (page, id) => {
    const next = page.getElementById('main');
    if (!next) return location.reload();
    document.title = page.title;
    main().replaceWith(document.adoptNode(next));
    // Its forms name the state as it now is.
    document.querySelector('.foot').replaceWith(document.adoptNode(page.querySelector('.foot')));
    prepare();
    focus(id);
  };
  const fail = form => {
    main().querySelector('#notice')?.remove();
    const notice = document.createElement('div'), title = document.createElement('h2'), text = document.createElement('p');
    notice.className = 'notice error';
    notice.id = 'notice';
    notice.tabIndex = -1;
    notice.setAttribute('role', 'alert');
    title.textContent = main().dataset.problem;
    text.textContent = main().dataset.offline;
    notice.append(title, text);
    main().querySelector('h1').after(notice);
    busy(form, false);
    notice.focus();
  };
  const busy = (form, is) => {
    form.sent = is;
    main().toggleAttribute('aria-busy', is);
    if (is) main().setAttribute('aria-busy', 'true');
    for (const button of form.querySelectorAll('button.main')) {
      if (is) { button.words = button.textContent; button.textContent = main().dataset.working; button.setAttribute('aria-disabled', 'true'); }
      else if (button.words) { button.textContent = button.words; button.removeAttribute('aria-disabled'); }
    }
  };

  document.addEventListener('submit', async event => {
    const form = event.target;
    if (form.sent || event.submitter?.getAttribute('aria-disabled') === 'true') return event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    busy(form, true);
    if (!form.hasAttribute('data-live')) return;
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { Accept: 'text/html' } });
      swap(new DOMParser().parseFromString(await answer.text(), 'text/html'), form.dataset.focus);
    } catch {
      fail(form);
    }
  });

  // A page that the browser kept may show a step that is over.
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
  prepare();
})();
