import { inFull } from '../view/labels.ts';
import { html, type Markup } from './html.ts';

/** Which deployment a view is of, so that nobody presses in another one than he means. */
export type Deployment =
  | { readonly kind: 'aws'; readonly accountId: string; readonly region: string; readonly stack: string }
  | {
      readonly kind: 'machine';
      /** The path of its data folder; empty where nothing is kept. */
      readonly dataFolder: string;
    };

const lastPart = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== '') ?? path;

/** In a few words, as in the title of a window: the stack with account and region, or this machine with the name of its data folder. */
export const deploymentName = (of: Deployment): string => {
  if (of.kind === 'aws') return `${of.stack}, account ${of.accountId}, ${of.region}`;
  return `this machine, ${of.dataFolder === '' ? 'nothing kept' : lastPart(of.dataFolder)}`;
};

/** The line above every view; with the time at which it was made where nothing else around it says that. */
export const deploymentHtml = (of: Deployment, asOfMs?: number): Markup => {
  const asOf = asOfMs === undefined ? undefined : html`<span>as of ${inFull(asOfMs)}</span>`;
  return of.kind === 'aws'
    ? html`<p class="deployment"><span>AWS account <strong>${of.accountId}</strong></span><span>region <strong>${of.region}</strong></span><span>stack <strong>${of.stack}</strong></span>${asOf}</p>`
    : html`<p class="deployment"><span><strong>This machine</strong></span>${
        of.dataFolder === ''
          ? html`<span>in memory, nothing is kept</span>`
          : html`<span title="${of.dataFolder}">data folder <strong>${lastPart(of.dataFolder)}</strong></span>`
      }${asOf}</p>`;
};

/** As a shell takes it for one word, whatever is in it. */
const word = (text: string): string => (/^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** A command to paste that asks this deployment; each argument is one word. */
export const commandFor = (of: Deployment, ...args: readonly string[]): string => {
  const where =
    of.kind === 'aws'
      ? ['--stack', of.stack, '--region', of.region]
      : of.dataFolder === ''
        ? ['--local']
        : ['--data', of.dataFolder];
  return ['npx gateway-credentials', ...[...args, ...where].map(word)].join(' ');
};
