// A login as a framework would render it: late, whole, and again on each change.
const words = {
  en: { title: 'Sign in', email: 'Email', password: 'Password', name: 'Nickname', send: 'Continue' },
  zh: { title: '登录', email: '邮箱', password: '密码', name: '名称', send: '继续' },
};
const state = { language: 'en', step: 'login', shows: false };
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
function field(label, properties, ...more) {
  return element('div', { className: 'item' }, element('label', { textContent: label, htmlFor: properties.id }),
    element('div', { className: 'box' }, element('input', properties), ...more));
}
function render() {
  const t = words[state.language];
  const toggle = element('button', { type: 'button', textContent: '👁', title: 'show', onclick: event => {
    const input = event.target.previousSibling;
    input.type = input.type === 'password' ? 'text' : 'password';
    event.target.className = input.type;
  } });
  const form = element('form', {},
    field(t.email, { id: 'email', type: 'text', autocomplete: 'email' }),
    ...(state.step === 'register' ? [field(t.name, { id: 'name', type: 'text' })] : []),
    field(t.password, { id: 'password', type: 'password', autocomplete: state.step === 'login' ? 'current-password' : 'new-password' }, toggle),
    element('button', { id: 'send', textContent: t.send }));
  form.onsubmit = () => false;
  document.getElementById('root').replaceChildren(element('h1', { textContent: t.title }), form);
}
window.show = change => { Object.assign(state, change); render(); };
// A router as many have it: every click on a link of this origin is its own.
document.addEventListener('click', event => { if (event.target.closest('a') && !event.defaultPrevented) { event.preventDefault(); document.title = 'routed'; } });
setTimeout(render, 400);
