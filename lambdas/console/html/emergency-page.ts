import { longestName } from '../../domain/ids.ts';
import { actWords, counted, cutOffWords } from '../view/labels.ts';
import type { FilledIn } from '../view/outcome.ts';
import type { ActView, CompromisePreview, CutOff } from '../view/views.ts';
import { help } from './help.ts';
import { html, type Insert, type Markup } from './html.ts';
import { badge, cell, field, row, stateBadge, table, whoAndWhy } from './parts.ts';
import { form, link, type Surface } from './surface.ts';

/** The emergency: what is refused and when, who is cut off in both ways, and the form that wants the gateway's name typed. */
export const compromiseHtml = (view: ActView, surface: Surface, requestId: string, filledIn: FilledIn): Markup => {
  const { gatewayId, compromise: preview } = view;
  const { what } = actWords('compromise');
  return html`<div class="top"><h1>Compromised: replace ${gatewayId} now</h1>${stateBadge(view.state)}</div><p>${what} ${help(surface, 'emergency')}</p>${
    preview === undefined || preview.refusal
      ? html`<p class="card warn" role="note"><strong>Not possible now.</strong> ${preview?.refusal ?? view.why}</p>${preview ? choices(view, preview, surface) : undefined}`
      : html`${doomed(preview)}${choices(view, preview, surface)}<div class="columns">${way('Replace first', preview.replaceFirst, preview)}${way('Refuse now', preview.refuseNow, preview)}</div>${pressed(view, preview, surface, requestId, filledIn)}`
  }`;
};

/** Which credentials are meant: by the rule, all that can be, or one by name. Each choice shows what exactly it would do. */
const choices = ({ gatewayId }: ActView, preview: CompromisePreview, surface: Surface): Markup | undefined => {
  const { credentialIds, spared, asked } = preview;
  const all = [...new Set([...credentialIds, ...spared, ...(asked ?? [])])];
  if (all.length < 2 && spared.length === 0 && !asked) return undefined;
  const ask = { view: 'act', gatewayId, act: 'compromise' } as const;
  const only = (ids: readonly string[], text: Insert): Markup =>
    html`<li>${link(surface, { ...ask, credentialIds: ids.join(',') }, text)}</li>`;
  return html`<section class="card" aria-labelledby="gcr-choice"><h2 id="gcr-choice">Which of them</h2>${
    spared.length > 0
      ? html`<p><strong>Not refused by this press:</strong> <span class="id">${spared.join(', ')}</span>. If that leaked as well, choose it here.</p>`
      : undefined
  }<ul class="plain">${asked ? html`<li>${link(surface, ask, 'All but those that a running compromise rotation made')}</li>` : undefined}${
    all.length > 1 ? only(all, `All: ${all.join(', ')}`) : undefined
  }${all.map((id) => only([id], `Only ${id}`))}</ul></section>`;
};

const doomed = (preview: CompromisePreview): Markup =>
  html`${preview.changesNothing ? html`<p class="card warn" role="note"><strong>This press changes nothing:</strong> what it asks for is so already.</p>` : undefined}<p>Refused for good: <span class="id">${preview.credentialIds.join(', ')}</span>. Requests in flight at that moment may fail.${
    preview.preempts ? ` The running rotation ends.` : undefined
  }${
    preview.propagationBoundSeconds > 0
      ? ` While DynamoDB cannot be read, the policy check may accept for up to ${preview.propagationBoundSeconds} s longer.`
      : undefined
  }${
    preview.decider === 'PingOne'
      ? ' PingOne has no clock for it: the workflow tells it then, or the reconciler at most a minute later, and PingOne does not say how soon it acts. Nothing is called revoked before it was seen refused.'
      : undefined
  }</p>${
    preview.notOurs.length > 0
      ? html`<p class="card warn"><strong>Not refused:</strong> <span class="id">${preview.notOurs.join(', ')}</span> was made elsewhere. Delete it where it was made, or adopt it first.</p>`
      : undefined
  }`;

/** More kits than these would push the form far down on a phone. */
const openUpTo = 5;

const way = (title: string, cutOff: CutOff, { kits, unregistered }: CompromisePreview): Markup => {
  const { rejectWithinSeconds: seconds, total, inUse, kits: named } = cutOff;
  const estimate =
    seconds > 0
      ? html`<p class="soft small">Expected from how each kit is given its credential; one that fails is cut off as well.</p>`
      : undefined;
  const whenRefused = seconds === 0 ? 'at once' : `${seconds} s after you press`;
  return html`<section class="card"><h2>${title}</h2><p>Refused ${whenRefused}. ${
    total === 0
      ? html`${badge('good', 'No kit is expected to be cut off')}`
      : html`${badge('danger', `${total} of ${counted(kits, 'kit')} cut off`)} ${inUse} of them in use now.`
  }</p>${unregistered > 0 ? html`<p>${counted(unregistered, 'unregistered source')} cut off as well: nobody can give them the new credential.</p>` : undefined}${estimate}${
    named.length > 0
      ? html`<details${seconds > 0 && named.length <= openUpTo ? html` open` : undefined}><summary>Who is cut off${total > named.length ? `, the first ${named.length}` : undefined}</summary>${table(
          seconds === 0
            ? 'From the press on, until each is given the new credential'
            : `From ${seconds} s after the press on`,
          ['Kit', 'Why', 'Now', 'Owner'],
          named.map((one) =>
            row(
              one.kitId,
              cell('Why', cutOffWords[one.why]),
              cell('Now', one.isInUse ? 'in use' : 'idle'),
              cell('Owner', one.owner),
            ),
          ),
        )}</details>`
      : undefined
  }</section>`;
};

const pressed = (
  { gatewayId }: ActView,
  { replaceFirst, refuseNow, credentialIds, asked }: CompromisePreview,
  surface: Surface,
  requestId: string,
  filledIn: FilledIn,
): Markup => {
  const sure = (cutOff: CutOff): string =>
    `${gatewayId}: refuse ${credentialIds.join(', ') || 'nothing'} ${cutOff.rejectWithinSeconds === 0 ? 'NOW' : `in ${cutOff.rejectWithinSeconds} s`}? ${counted(cutOff.total, 'kit')} will be cut off.`;
  const fields: Insert = html`${field(html`Type the gateway's name: <span class="id">${gatewayId}</span>`, 'confirmGatewayId', { max: longestName })}${whoAndWhy(filledIn)}`;
  return html`<section class="card danger" aria-labelledby="gcr-press"><h2 id="gcr-press">Press the button</h2>${form(
    surface,
    { act: 'compromise', gatewayId, requestId, ...(asked ? { credentialIds: asked.join(',') } : {}) },
    fields,
    [replaceFirst, refuseNow].map((cutOff) => ({
      text:
        cutOff.rejectWithinSeconds === 0
          ? 'Refuse now'
          : `Replace first, refuse within ${cutOff.rejectWithinSeconds} s`,
      className: 'emergency',
      adds: { name: 'rejectWithinSeconds', value: `${cutOff.rejectWithinSeconds}` },
      confirmation: sure(cutOff),
    })),
  )}</section>`;
};
