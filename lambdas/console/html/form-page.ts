import { fieldNamesOf, isOperatorCommand, type OperatorField } from '../../domain/operator-commands.ts';
import { actWords, counted, inFull, lateWords } from '../view/labels.ts';
import type { FilledIn } from '../view/outcome.ts';
import type { ActView } from '../view/views.ts';
import { compromiseHtml } from './emergency-page.ts';
import { failureHtml } from './failed-kits.ts';
import { help } from './help.ts';
import { html, type Insert, type Markup } from './html.ts';
import { cell, row, stateBadge, table, when, whoAndWhy } from './parts.ts';
import { type Button, form, link, type Surface } from './surface.ts';

/** One act before it is done: what happens, who is hit, and what a person has to fill in. */
export const actHtml = (view: ActView, surface: Surface, requestId: string, filledIn: FilledIn): Markup => {
  const { act, gatewayId, kit } = view;
  const back = html`<nav aria-label="Where you are">${link(surface, { view: 'gateway', gatewayId }, `Gateway ${gatewayId}`)}</nav>`;
  if (act === 'compromise') return html`${back}${compromiseHtml(view, surface, requestId, filledIn)}`;
  const { verb, what } = actWords(act);
  const title = kit ? `${verb} ${kit.kitId}` : verb;
  return html`${back}<div class="top"><h1>${title}: ${gatewayId}</h1>${stateBadge(view.state)}</div><p>${what} ${help(surface, kit ? 'late' : act === 'rotate' || act === 'plan' ? 'rotate' : 'decide')}</p>${
    view.isAllowed
      ? html`${facts(view)}${form(surface, hiddenOf(view, requestId), html`${fieldsOf(view)}${whoAndWhy(filledIn)}`, [buttonOf(view, title)])}`
      : html`<p class="card warn" role="note"><strong>Not possible now.</strong> ${view.why}</p>`
  }`;
};

/** What is sent without being asked for; the request's id makes a double click one press. */
const hiddenOf = (
  { act, gatewayId, kit, credentialId, source, force }: ActView,
  requestId: string,
): Record<string, string> => {
  const known: Readonly<Record<OperatorField, string | undefined>> = {
    kitId: kit?.kitId,
    source,
    credentialId,
    kits: force && `${force.kits}`,
    kitsHash: force?.kitsHash,
    deadlineAt: undefined, // a person fills it in
    versionId: undefined,
  };
  const own = isOperatorCommand(act) ? fieldNamesOf(act).map((field) => [field, known[field]] as const) : [];
  return {
    ...{ act, gatewayId, requestId },
    ...Object.fromEntries(own.flatMap(([field, value]) => (value === undefined ? [] : [[field, value]]))),
  };
};

const buttonOf = ({ act, gatewayId, force }: ActView, title: string): Button => {
  if (act === 'force')
    return {
      text: `Revoke now, and cut off ${counted(force?.kits ?? 0, 'kit')}`,
      className: 'emergency',
      confirmation: `Revoke the old credential of ${gatewayId} now? ${counted(force?.kits ?? 0, 'kit')} will be cut off.`,
    };
  if (act === 'roll-back')
    return { text: title, className: 'primary', confirmation: `Take ${gatewayId} back to the old credential?` };
  return { text: title, className: 'primary' };
};

const extensions = [1, 3, 7, 14] as const;

const fieldsOf = ({ act, rotation }: ActView): Insert =>
  act === 'extend' && rotation
    ? html`<label>New deadline<select name="deadlineAt">${extensions.map((days) => {
        const atMs = rotation.deadlineAtMs + days * 86_400_000;
        return html`<option value="${new Date(atMs).toISOString()}">${counted(days, 'day')} later: ${inFull(atMs)}</option>`;
      })}</select></label>`
    : undefined;

/** What the person has to know before. */
const facts = ({ act, rotation, kit, credentialId, source, force, nowMs }: ActView): Insert => {
  if (act === 'extend' && rotation) return html`<p>The deadline is ${when(rotation.deadlineAtMs, nowMs)}.</p>`;
  if (act === 'retry-kit' && kit?.failure)
    return html`<div class="card warn"><p><strong>What failed</strong> at kit ${kit.kitId} of ${kit.owner}: ${failureHtml(kit.failure, nowMs)}</p></div>`;
  if (act === 'acknowledge-kit' && kit)
    return html`<p>Kit <strong>${kit.kitId}</strong> of ${kit.owner}; the credential to be installed is <span class="id">${credentialId}</span>.</p>`;
  if (act === 'retire-source' && kit)
    return html`<p>Kit <strong>${kit.kitId}</strong> of ${kit.owner}; the source that is gone is <span class="id">${source}</span>.</p>`;
  if (act === 'force' && force)
    return html`<div class="card danger"><h2>Cut off: ${counted(force.kits, 'kit')}${force.unregistered > 0 ? `, and ${counted(force.unregistered, 'unregistered source')}` : undefined}</h2>${
      force.named.length > 0
        ? table(
            force.kits > force.named.length ? `The first ${force.named.length} of them` : 'All of them',
            ['Kit', 'Why', 'Owner'],
            force.named.map((one) => row(one.kitId, cell('Why', lateWords[one.code]), cell('Owner', one.owner))),
          )
        : html`<p>${force.retires.length === 0 ? 'Nothing is retired by this rotation, so nobody is cut off.' : 'Every kit has moved: what is skipped is the quiet window.'}</p>`
    }${
      force.retires.length > 0
        ? html`<p><span class="id">${force.retires.join(', ')}</span> stays accepted until the execution looks at the record next, and is revoked then: ${force.withinSeconds} s after you press at the latest.</p>`
        : undefined
    }</div>`;
  return undefined;
};
