import { createHash } from 'node:crypto';
import { isGatewayId } from '../../../lambdas/domain/ids.ts';

/** Where the one script of the page is. */
export const scriptPath = '/page.js';

/** What is around the console's own HTML, which brings its own style. */
const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; background: #fff; color: #16202c }
body { margin: 0; overflow-wrap: anywhere }
.message { max-width: 40rem; margin: 0 auto; padding: 20px }
button { font: inherit; color: inherit; background: none; border: 1px solid #7a8696; border-radius: 8px; padding: 4px 12px; cursor: pointer }
a { color: #0b57a4 }
.document { max-width: 50rem; margin: 0 auto; padding: 20px }
.document pre { white-space: pre-wrap; border: 1px solid #7a8696; border-radius: 8px; padding: 10px 12px }
.document code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
.document li { padding: 4px 0 }
.document table { border-collapse: collapse }
.document th, .document td { text-align: start; vertical-align: top; border: 1px solid #7a8696; padding: 5px 8px }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; max-width: 1080px; margin: 0 auto; padding: 12px 20px 0; font-size: 13px; box-sizing: border-box }
header p { margin: 0 }
#trouble { font-weight: 600 }
dialog { max-width: 28rem; padding: 20px; border: 1px solid #7a8696; border-radius: 12px; background: Canvas; color: CanvasText; font-size: 16px }
dialog::backdrop { background: #0009 }
dialog p { margin: 0 0 16px; font-weight: 600 }
dialog form { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 10px }
dialog button { padding: 8px 14px }
dialog [value=yes] { background: #b3261e; border-color: #b3261e; color: #fff; font-weight: 600 }
@media (prefers-color-scheme: dark) { :root { background: #121a24; color: #e8ecf1 } a { color: #7db8f7 } }
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

/** A view of the console, or the answer to an act, as a page of the deployment. `html` comes from the console's functions, which have escaped it. */
export const pageOf = (html: string, kind: 'view' | 'answer', gatewayId: string | null, deployment: string): string =>
  shell(
    // An address may name anything.
    escaped(`${gatewayId && isGatewayId(gatewayId) ? `${gatewayId}: gateway` : 'Gateway'} credentials, ${deployment}`),
    `<script src="${scriptPath}" defer></script>\n`,
    `<header><p id="trouble" role="alert"></p><p id="freshness">${kind === 'view' ? '<a href="">Read again</a>' : ''}</p></header>
<main id="console"${kind === 'answer' ? ' data-answer' : ''}>${html}</main>
<dialog id="question" aria-labelledby="asked"><p id="asked"></p><form method="dialog"><button value="no" autofocus>Cancel</button><button value="yes"></button></form></dialog>`,
  );

/** A page that says one thing, in plain sentences. */
export const messagePage = (title: string, sentences: readonly string[]): string => {
  const paragraphs = sentences.map((sentence) => `<p>${escaped(sentence)}</p>`);
  return shell(escaped(title), '', `<main class="message"><h1>${escaped(title)}</h1>${paragraphs.join('\n')}</main>`);
};

/** A page of the documents; its HTML is made of files of this project. */
export const documentPage = (title: string, html: string): string =>
  shell(
    escaped(`${title}: help on gateway credentials`),
    '',
    `<main class="document"><p><a href="../">To the console</a></p>${html}</main>`,
  );

/** Sends a browser that was just let in to its place: by a page and not by a redirection, which would leave a Strict cookie behind. */
export const enterPage = (place: string): string =>
  shell(
    'Gateway credentials',
    `<meta http-equiv="refresh" content="0; url=/${place}/">\n`,
    `<main class="message"><p><a href="/${place}/">Open the console</a></p></main>`,
  );
