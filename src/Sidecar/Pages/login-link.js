// Puts a link to the recovery page under the password field of the app's login form, and keeps it there while the app renders
// as it likes. For old browsers, too; only calls that need neither inline code nor markup from text.
'use strict';
var MARK = 'sidecar-login-link';
var PAUSE = 60; // milliseconds: many changes, one look
var MOST_INSERTS = 20; // in ten seconds: an app that takes the link out again and again has the last word
var entries = []; // { input, link }: input is null with a selector
var inserts = 0;
var timer = 0;

if (window[MARK] || !window.MutationObserver) {
  return;
}
window[MARK] = true;

function each(list, act) {
  Array.prototype.forEach.call(list, act);
}

function isHere() {
  return settings.paths.some(function (path) {
    var end = path.length - 1;
    return path.charAt(end) === '*'
      ? location.pathname.indexOf(path.substring(0, end)) === 0
      : location.pathname === path;
  });
}

function isVisible(element) {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
}

function isWord(input) {
  return /^(text|email|tel|url|number|search)$/.test(input.type);
}

function isPassword(input) {
  // One that shows what is typed is a text field for the time being.
  return input.type === 'password' || entries.some(function (entry) { return entry.input === input; });
}

// The fields that belong together: a form's, or all that are in none.
function fieldsAround(input) {
  var all = input.form ? input.form.elements : document.querySelectorAll('input');
  return Array.prototype.filter.call(all, function (field) {
    return field.tagName === 'INPUT' && field.form === input.form && isVisible(field);
  });
}

function isLogin(input) {
  var fields = fieldsAround(input);
  var hint = ' ' + (input.getAttribute('autocomplete') || '').toLowerCase() + ' ';
  if (!isVisible(input) || hint.indexOf(' new-password ') >= 0 || hint.indexOf(' one-time-code ') >= 0) {
    return false;
  }
  if (fields.filter(isPassword).length !== 1) {
    return false;
  }
  // Name and password is a login; more is a registration, a password alone some other secret.
  return hint.indexOf(' current-password ') >= 0
    || fields.filter(function (field) { return isWord(field) && !isPassword(field); }).length === 1;
}

// The largest part of the form that holds the field and nothing else to fill in or to send.
function blockOf(input) {
  var block = input;
  while (block.parentNode && block.parentNode !== input.form && block.parentNode !== document.body) {
    var others = Array.prototype.filter.call(block.parentNode.querySelectorAll('input, select, textarea, button'), function (other) {
      return other !== input && other.type !== 'hidden' && !(other.tagName === 'BUTTON' && other.type === 'button');
    });
    if (others.length > 0 || block.parentNode.querySelector('form')) {
      break;
    }
    block = block.parentNode;
  }
  return block;
}

function textFor(language) {
  var parts = language.toLowerCase().replace(/_/g, '-').split('-');
  if (parts[0] === 'zh' && /^(tw|hk|mo)$/.test(parts[1] || '') && settings.text['zh-hant']) {
    return settings.text['zh-hant'];
  }
  for (; parts.length > 0; parts.pop()) {
    if (settings.text[parts.join('-')]) {
      return settings.text[parts.join('-')];
    }
  }
  return '';
}

// The language of what is around the link. Apps that change it often leave the document's own attribute as it was, so Chinese
// is told by its characters.
function languageAt(place) {
  var declared = document.documentElement.lang || '';
  var words = (place.textContent || '');
  each(place.querySelectorAll('input'), function (input) { words += input.placeholder || ''; });
  each(place.querySelectorAll('.' + MARK), function (link) { words = words.replace(link.textContent, ''); });
  var chinese = (words.match(/[\u4e00-\u9fff]/g) || []).length;
  if (/[\u3040-\u30ff\uac00-\ud7af]/.test(words)) {
    chinese = 0;
  }
  if (chinese > 0) {
    return /^zh/i.test(declared) ? declared : 'zh';
  }
  if (/^zh/i.test(declared) && /[a-z]{3}/i.test(words)) {
    return 'en';
  }
  return declared || navigator.language || 'en';
}

function label(entry) {
  var language = languageAt((entry.input && entry.input.form) || entry.link.parentNode || document.body);
  var text = textFor(language) || textFor('en');
  if (entry.link.textContent !== text) {
    entry.link.textContent = text;
  }
}

function makeLink() {
  var link = document.createElement('a');
  link.className = MARK;
  link.href = location.protocol + '//' + location.host + settings.page;
  // For routers that would take the click for one of their own pages.
  link.rel = 'external';
  link.target = '_self';
  link.setAttribute('data-turbo', 'false');
  link.addEventListener('click', function (event) { event.stopPropagation(); });
  var style = link.style;
  style.display = 'block';
  style.width = 'fit-content';
  style.margin = '0.375em 0 0';
  style.padding = '0.25em 0';
  style.font = 'inherit';
  style.fontSize = '0.875em';
  style.lineHeight = '1.25';
  style.color = 'inherit';
  style.textDecoration = 'underline';
  style.textAlign = 'start';
  return link;
}

function putBehind(block, entry) {
  if (entry.link.previousSibling === block || inserts >= MOST_INSERTS) {
    return;
  }
  inserts++;
  block.parentNode.insertBefore(entry.link, block.nextSibling);
}

function remove(entry) {
  if (entry.link.parentNode) {
    entry.link.parentNode.removeChild(entry.link);
  }
}

function wanted() {
  if (!isHere()) {
    return [];
  }
  if (settings.selector) {
    var anchor = null;
    try { anchor = document.querySelector(settings.selector); } catch (error) { return []; }
    return anchor && isVisible(anchor) ? [{ input: null, block: anchor }] : [];
  }
  var found = [];
  each(document.querySelectorAll('input'), function (input) {
    if (isPassword(input) && isLogin(input)) {
      found.push({ input: input, block: blockOf(input) });
    }
  });
  return found;
}

function look() {
  timer = 0;
  var places = wanted();
  entries = entries.filter(function (entry) {
    var stays = places.some(function (place) { return place.input === entry.input; });
    if (!stays) {
      remove(entry);
    }
    return stays;
  });
  each(places, function (place) {
    var entry = entries.filter(function (known) { return known.input === place.input; })[0];
    if (!entry) {
      entry = { input: place.input, link: makeLink() };
      entries.push(entry);
    }
    putBehind(place.block, entry);
    label(entry);
  });
  // What was changed just now is no news.
  observer.takeRecords();
}

function lookSoon() {
  if (!timer) {
    timer = setTimeout(look, PAUSE);
  }
}

var observer = new MutationObserver(lookSoon);
observer.observe(document.documentElement, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: ['lang', 'class', 'style', 'hidden', 'type', 'autocomplete', 'placeholder']
});
addEventListener('popstate', lookSoon);
addEventListener('resize', lookSoon);
setInterval(function () {
  // Somebody may come to the end of his inserts and still need one later.
  if (inserts >= MOST_INSERTS) {
    lookSoon();
  }
  inserts = 0;
}, 10000);
look();
