import { html, type Markup } from './html.ts';
import type { Surface } from './surface.ts';

/** Where the documents say more: the page, the anchor of its heading, and the heading. */
export const helpPages = {
  emergency: ['operate', 'the-emergency', 'The emergency'],
  rotate: ['operate', 'rotate', 'Rotate'],
  decide: ['operate', 'while-it-runs-decide', 'While it runs: decide'],
  wrong: ['operate', 'when-something-is-wrong', 'When something is wrong'],
  auditor: ['operate', 'show-an-auditor', 'Show an auditor'],
  states: ['codes', 'states-of-a-gateway', 'States of a gateway'],
  transitions: ['codes', 'transitions', 'Transitions'],
  late: ['kits', 'when-a-kit-is-late', 'When a kit is late'],
  failed: ['kits', 'when-a-kit-does-not-answer', 'When a kit does not answer'],
  proof: ['kits', 'what-counts-as-proof', 'What counts as proof'],
  keys: ['kits', 'when-keys-to-kits-end', 'When keys to kits end'],
  gateway: ['reference', 'a-gateway', 'A gateway'],
  news: ['notifications', 'who-is-told-what', 'Who is told what'],
} as const satisfies Readonly<Record<string, readonly [page: string, anchor: string, heading: string]>>;
export type HelpTopic = keyof typeof helpPages;

/**
 * A way to the documents. A page of this machine opens them beside it, so that nothing filled in is lost; a dashboard has no
 * address for them, and is told file and heading.
 */
export const help = (surface: Surface, topic: HelpTopic): Markup => {
  const [page, anchor, heading] = helpPages[topic];
  return surface.kind === 'page'
    ? html`<a class="link help" href="docs/${page}.md#${anchor}" target="_blank" rel="noopener">Help: ${heading}<span class="hidden">, in a new tab</span></a>`
    : html`<span class="soft small">Help: docs/${page}.md, “${heading}”</span>`;
};
