/** A field of a one-time form: `name` is the API's. */
interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type: 'text' | 'password';
  readonly autocomplete: string;
}

export interface LinkPage {
  readonly title: string;
  readonly lead: string;
  /** The route that takes the form with the link's token. */
  readonly action: string;
  readonly button: string;
  readonly fields: readonly Field[];
}

const password: Field = {
  name: 'password',
  label: 'Password',
  hint: 'At least 12 characters. Four words that only you would put together are a good one.',
  type: 'password',
  autocomplete: 'new-password',
};

export const SETUP_PAGE: LinkPage = {
  title: 'Set up the first administrator',
  lead: 'This link works once. The administrator imports the roster, adds accounts and gives roles.',
  action: '/api/v1/setup',
  button: 'Set up',
  fields: [
    { name: 'givenName', label: 'First name', type: 'text', autocomplete: 'given-name' },
    { name: 'familyName', label: 'Last name', type: 'text', autocomplete: 'family-name' },
    { name: 'signInName', label: 'Sign-in name', hint: 'Your school e-mail address, for example.', type: 'text', autocomplete: 'username' },
    password,
  ],
};

export const INVITATION_PAGE: LinkPage = {
  title: 'Choose your password',
  lead: 'This link works once. Afterwards you sign in with the name that your administrator told you and this password.',
  action: '/api/v1/invitations/accept',
  button: 'Save password',
  fields: [password],
};

/** Colours by theme; no colour stands anywhere else in the page. */
const STYLE = `
:root { color-scheme: light dark; --paper: #faf7f2; --card: #ffffff; --ink: #23211d; --quiet: #5d574d; --line: #8b8478; --accent: #0b5a5e; --on-accent: #ffffff; --bad: #9c1c1c; --good: #1d5c33; }
@media (prefers-color-scheme: dark) { :root { --paper: #1b1a18; --card: #262421; --ink: #f3efe8; --quiet: #c4bdb0; --line: #8f887c; --accent: #7fd1d4; --on-accent: #10292a; --bad: #ffb4ab; --good: #a8dab5; } }
@media (prefers-contrast: more) { :root { --quiet: var(--ink); --line: var(--ink); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 'Atkinson Hyperlegible Next', 'Atkinson Hyperlegible', system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 24px 16px 48px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; }
.name { font-size: 20px; font-weight: 700; color: var(--accent); margin: 0 0 24px; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 8px; }
p { margin: 0 0 16px; }
label { display: block; font-weight: 600; margin-top: 16px; }
.hint { font-weight: 400; color: var(--quiet); font-size: 16px; margin: 0; }
input { display: block; width: 100%; min-height: 48px; margin-top: 4px; padding: 8px 12px; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
input[aria-invalid='true'] { border: 2px solid var(--bad); }
.wrong { color: var(--bad); margin: 4px 0 0; }
button { width: 100%; min-height: 48px; margin-top: 24px; font: inherit; font-weight: 700; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 8px; cursor: pointer; }
button[disabled] { opacity: 0.6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#said { margin: 16px 0 0; }
#said.bad { color: var(--bad); } #said.good { color: var(--good); }
#said:not(:empty)::before { font-weight: 700; }
#said.bad:not(:empty)::before { content: '✗ '; } #said.good:not(:empty)::before { content: '✓ '; }
`;

const fieldHtml = ({ name, label, hint, type, autocomplete }: Field): string => `
      <label for="${name}">${label}</label>
      ${hint ? `<p class="hint" id="${name}-hint">${hint}</p>` : ''}
      <input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required${hint ? ` aria-describedby="${name}-hint ${name}-wrong"` : ` aria-describedby="${name}-wrong"`} />
      <p class="wrong" id="${name}-wrong"></p>`;

/** The page of a one-time link. The token stands behind the `#`, so it reaches no log; the script sends it in the request's body. */
export function renderLinkPage({ title, lead, action, button, fields }: LinkPage): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="referrer" content="no-referrer" />
    <title>${title} · Throughline</title>
    <style>${STYLE}</style>
    <script src="/pages/link.js" defer></script>
  </head>
  <body>
    <main>
      <p class="name">Throughline</p>
      <form class="card" data-action="${action}" novalidate>
      <h1>${title}</h1>
      <p>${lead}</p>${fields.map(fieldHtml).join('')}
      <button type="submit">${button}</button>
      <p id="said" role="status"></p>
      </form>
    </main>
  </body>
</html>
`;
}

/** Sends the form as JSON, shows each problem at its field, keeps what was typed. */
export const LINK_SCRIPT = `'use strict';
(() => {
  const form = document.querySelector('form');
  const said = document.getElementById('said');
  const button = form.querySelector('button');
  const say = (kind, text) => { said.className = kind; said.textContent = text; };
  const mark = (input, text) => {
    input.setAttribute('aria-invalid', text ? 'true' : 'false');
    document.getElementById(input.name + '-wrong').textContent = text;
  };
  const token = location.hash.slice(1);
  if (!token) say('bad', 'The link is not whole. Open it again exactly as it was given to you.');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const inputs = [...form.querySelectorAll('input')];
    for (const input of inputs) mark(input, input.value.trim() ? '' : 'Please fill this in.');
    const empty = inputs.find((input) => !input.value.trim());
    if (empty) return void empty.focus();
    button.disabled = true;
    say('', 'One moment…');
    try {
      const body = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
      const answer = await fetch(form.dataset.action, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, token }),
      });
      if (answer.ok) {
        form.querySelectorAll('input').forEach((input) => { input.disabled = true; });
        return void say('good', 'Done. You can sign in now and close this page.');
      }
      const problem = await answer.json();
      const errors = problem.errors || [];
      let first;
      for (const { pointer, detail } of errors) {
        const input = inputs.find((one) => '/' + one.name === pointer);
        if (input) { mark(input, 'This ' + detail + '.'); first = first || input; }
      }
      say('bad', problem.title + '. ' + (problem.detail || ''));
      if (first) first.focus();
    } catch {
      say('bad', 'There was no answer. What you typed is still here: try again.');
    } finally {
      button.disabled = said.className === 'good';
    }
  });
})();
`;
