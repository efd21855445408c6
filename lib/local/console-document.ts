import { createHash } from 'node:crypto';

/** Where the one script of the page is. */
export const scriptPath = '/console-page.js';

/** Colours and a measure for what is around the console's own HTML, which brings its own style. */
const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; overflow-wrap: break-word }
.local { font-size: .875rem; display: flex; flex-wrap: wrap; gap: 0 1rem }
.local p { margin: 0 }
code { font-size: .875rem }
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The headers of every answer: nothing is loaded but our one script and the styles named, nothing is sent or embedded elsewhere,
 * nothing is kept. `same-origin` instead of `no-referrer`, which would make browsers send forms with `Origin: null`.
 */
export const headersWith = (styles: readonly string[]): Readonly<Record<string, string>> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${[style, ...styles].map(hashOf).join(' ')}`,
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
});

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? '');

const shell = (title: string, head: string, body: string): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
${head}</head>
<body>
${body}
</body>
</html>
`;

/** A view of the console, or the answer to an act, as a page. `html` comes from the console's functions, which have escaped it. */
export const pageOf = (html: string, kind: 'view' | 'answer', gatewayId: string | null): string =>
  shell(
    gatewayId ? `${escaped(gatewayId)}: gateway credentials` : 'Gateway credentials',
    `<script src="${scriptPath}" defer></script>\n`,
    `<div class="local"><p id="freshness">${kind === 'view' ? '<a href="">Read again</a>' : ''}</p><p id="trouble" role="alert"></p></div>
<div id="console"${kind === 'answer' ? ' data-answer' : ''}>${html}</div>
<dialog id="question" aria-labelledby="asked"><p id="asked"></p><form method="dialog" class="buttons"><button value="no" autofocus>Cancel</button><button value="yes"></button></form></dialog>`,
  );

/** A page that says one thing, in plain sentences. */
export const messagePage = (title: string, sentences: readonly string[]): string => {
  const paragraphs = sentences.map((sentence) => `<p>${escaped(sentence)}</p>`);
  return shell(escaped(title), '', `<main><h1>${escaped(title)}</h1>${paragraphs.join('\n')}</main>`);
};

/** Sends a browser that was just let in to its place: by a page and not by a redirection, which would leave a Strict cookie behind. */
export const enterPage = (place: string): string =>
  shell(
    'Gateway credentials',
    `<meta http-equiv="refresh" content="0; url=/${place}/">\n`,
    `<main><p><a href="/${place}/">Open the console</a></p></main>`,
  );
