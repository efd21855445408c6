// Does on this machine what CloudWatch does around a widget: asks before an act, and shows the newest state.
// Without this script the page shows and acts as well, once for each time it is loaded.

const everyMs = 3_000;
const shown = document.querySelector('#console');
const freshness = document.querySelector('#freshness');
const trouble = document.querySelector('#trouble');
const question = document.querySelector('#question');

// --- Asking first, and sending once

const sent = new WeakSet();
let answeredYes;

const ask = (form, button) => {
  question.querySelector('p').textContent = button.dataset.confirmation;
  question.querySelector('[value=yes]').textContent = button.textContent;
  question.returnValue = 'no';
  question.onclose = () => {
    if (question.returnValue !== 'yes') return;
    answeredYes = button;
    form.requestSubmit(button);
  };
  question.showModal();
};

document.addEventListener('submit', (event) => {
  const { target: form, submitter: button } = event;
  if (form.method !== 'post') return;
  const mustAsk = button?.dataset.confirmation && button !== answeredYes;
  if (mustAsk || sent.has(form)) event.preventDefault();
  else sent.add(form);
  if (mustAsk && !sent.has(form)) ask(form, button);
});

// --- Showing the newest state

const isTouched = (form) =>
  form.contains(document.activeElement) ||
  [...form.elements].some(({ type, value, defaultValue }) => type !== 'hidden' && value !== (defaultValue ?? value));

/** What tells an element from its siblings: its id, or the heading of a row. */
const nameOf = (node) => node.id || node.cells?.[0]?.textContent;

/** Turns `now` into `next`, keeping every element that stays, and with it focus, scrolling and what a person opened or typed. */
const become = (now, next) => {
  if (now.nodeName !== next.nodeName || nameOf(now) !== nameOf(next)) return now.replaceWith(next);
  if (now.nodeType === Node.TEXT_NODE && now.data !== next.data) now.data = next.data;
  if (now.nodeType !== Node.ELEMENT_NODE || (now.nodeName === 'FORM' && isTouched(now))) return;
  for (const { name } of [...now.attributes])
    if (name !== 'open' && !next.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of next.attributes)
    if (name !== 'open' && now.getAttribute(name) !== value) now.setAttribute(name, value);
  const children = [...next.childNodes];
  const names = new Set(children.map(nameOf));
  for (const child of [...now.childNodes]) if (nameOf(child) && !names.has(nameOf(child))) child.remove();
  for (const [index, child] of children.entries()) {
    const name = nameOf(child);
    const named = name && ([...now.childNodes].slice(index).find((mine) => nameOf(mine) === name) ?? child);
    if (named && named !== now.childNodes[index]) now.insertBefore(named, now.childNodes[index] ?? null);
    if (index >= now.childNodes.length) now.append(child);
    else if (now.childNodes[index] !== child) become(now.childNodes[index], child);
  }
  while (now.childNodes.length > children.length) now.lastChild.remove();
};

const readAgain = async () => {
  const outcome = shown.querySelector('#gcr-outcome');
  const response = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(10_000) });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.querySelector('#console');
  if (!response.ok || !next) throw new Error(page.querySelector('main')?.textContent ?? `HTTP ${response.status}`);
  if (outcome) next.querySelector('.gcr').prepend(outcome.cloneNode(true));
  const focused = document.activeElement;
  become(shown, next);
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
};

/** Shows every few seconds what is new, and says so when it cannot: an old state that looks like the newest one is a lie. */
const keepFresh = () => {
  const pause = document.createElement('button');
  const since = document.createElement('span');
  let isPaused = false;
  const name = () => {
    pause.textContent = isPaused ? 'Go on' : 'Pause';
  };
  const look = async () => {
    if (!isPaused && !document.hidden && !question.open) {
      const problem = await readAgain().then(() => '', String);
      if (!problem) since.textContent = `As of ${new Date().toISOString().slice(11, 19)} UTC. `;
      const text = problem && `This page is not up to date any more. ${problem}`;
      if (trouble.textContent !== text) trouble.textContent = text;
    }
    setTimeout(look, everyMs);
  };
  pause.type = 'button';
  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    name();
  });
  name();
  freshness.replaceChildren(since, pause);
  setTimeout(look, everyMs);
};

// Read again is a view, and never an act: the answer to one says which view follows, or is shown once.
const next = shown.querySelector('[data-next]')?.dataset.next;
if (next) history.replaceState(null, '', next);
if (next || !shown.hasAttribute('data-answer')) keepFresh();
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
