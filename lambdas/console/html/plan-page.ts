import { deadlineTexts } from '../../domain/deadline.ts';
import type { Plan } from '../../domain/plan.ts';
import { plannedWaveSaid } from '../../domain/wave-plan.ts';
import {
  attentionWords,
  keyTones,
  lengthOf,
  manyWords,
  moreKeysText,
  originWords,
  proofsText,
} from '../view/labels.ts';
import type { PlanView } from '../view/views.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, row, table, when } from './parts.ts';
import { link, type Surface } from './surface.ts';

/** A plan: whether a rotation may start, which kits will hold it up, and when the old credential could be revoked at the earliest. */
export const planHtml = (view: PlanView, surface: Surface): Markup => {
  const { gatewayId, execution, status, plan, nowMs } = view;
  return html`<nav aria-label="Where you are">${link(surface, { view: 'gateway', gatewayId }, `Gateway ${gatewayId}`)}</nav><div class="top"><h1>Plan: ${gatewayId}</h1></div><p>${help(surface, 'rotate')}</p>${
    plan
      ? planned(plan, nowMs)
      : html`<p class="card ${status === 'RUNNING' ? 'busy' : 'danger'}">${
          status === 'RUNNING'
            ? 'Kits are being asked what they hold. It takes half a minute at most.'
            : `It could not be made: execution ${execution} says why.`
        }</p><p class="buttons">${link(surface, { view: 'plan', gatewayId, execution }, 'Look again', 'button')}</p>`
  }`;
};

const credentialsHtml = (credentials: NonNullable<Plan['credentials']>, nowMs: number): Markup =>
  html`<section><h2>What PingOne has</h2>${table(
    'Every credential of the gateway, as PingOne lists it',
    ['Credential', 'Whose', 'Created', 'Last used'],
    credentials.map(({ credentialId, origin, createdAt, lastUsedAt }) =>
      row(
        html`<span class="id">${credentialId}</span>`,
        cell('Whose', originWords[origin]),
        cell('Created', when(Date.parse(createdAt), nowMs)),
        cell('Last used', lastUsedAt === undefined ? 'never' : when(Date.parse(lastUsedAt), nowMs)),
      ),
    ),
  )}</section>`;

const keysHtml = ({ ownKeys, moreOwnKeys }: Plan): Markup | undefined =>
  ownKeys.length + moreOwnKeys.total === 0
    ? undefined
    : html`<section><h2>Keys to kits</h2><ul>${ownKeys.map(
        ({ standing, text }) =>
          html`<li>${keyTones[standing] === 'quiet' ? undefined : html`${badge(keyTones[standing], 'ends too soon')} `}${text}</li>`,
      )}</ul>${moreOwnKeys.total > 0 ? html`<p>${moreKeysText(moreOwnKeys)}</p>` : undefined}</section>`;

const planned = (plan: Plan, nowMs: number): Markup => {
  const { kits, obstacles, attention } = plan;
  return html`<p>${plan.mayStart ? badge('good', 'A rotation may start') : badge('danger', 'A rotation would be refused')} Made ${when(Date.parse(plan.at), nowMs)}; nothing was written.</p>${
    obstacles.length > 0
      ? html`<section class="card danger"><h2>In the way</h2><ul>${obstacles.map(({ message }) => html`<li>${message}</li>`)}</ul></section>`
      : undefined
  }<section><h2>What would happen</h2><dl><dt>Kits</dt><dd>${kits.total}: ${
    plan.credentials
      ? 'they call PingOne, so nobody sees which are in use'
      : html`${kits.inUse} in use, ${kits.idle} idle`
  }; ${kits.waitForPeople} wait for people, ${kits.slow} slow, ${kits.unreachable} unreachable${
    kits.notAsked > 0 ? `, ${kits.notAsked} not asked for lack of time` : undefined
  }</dd>${plan.proofs && html`<dt>Proof can rest on</dt><dd>${proofsText(plan.proofs)}</dd>`}<dt>Retires</dt><dd class="id">${plan.retires.join(', ') || 'none'}</dd>${
    plan.notOurs.length > 0 ? html`<dt>Stays, not ours</dt><dd class="id">${plan.notOurs.join(', ')}</dd>` : undefined
  }${
    plan.credentials
      ? undefined
      : html`<dt>Unregistered sources</dt><dd>${plan.unregisteredSources}${plan.tooManySources ? `. ${manyWords}` : undefined}</dd>`
  }${plan.waves && html`<dt>Waves</dt><dd><ol>${plan.waves.map((one) => html`<li>${plannedWaveSaid(one)}</li>`)}</ol></dd>`}<dt>Revoked at the earliest</dt><dd>${
    plan.earliestRevokeAt === undefined
      ? 'never, as it could not start'
      : when(Date.parse(plan.earliestRevokeAt), nowMs)
  }</dd><dt>Deadline</dt><dd>${when(Date.parse(plan.deadlineAt), nowMs)}: ${deadlineTexts[plan.atDeadline]}</dd></dl></section>${plan.credentials && credentialsHtml(plan.credentials, nowMs)}${keysHtml(plan)}${
    attention.length > 0
      ? html`<section><h2>Kits to look at</h2>${table(
          'Those that fail first, then those that wait for people, then the slowest',
          ['Kit', 'Why', 'Evidence it needs', 'Takes', 'Owner'],
          attention.map((one) =>
            row(
              html`${one.kitId}<br><span class="soft small">${one.kind}</span>`,
              cell(
                'Why',
                html`${one.why && attentionWords[one.why]}${one.failure ? html`<br>${one.failure}` : undefined}`,
              ),
              cell('Evidence it needs', one.canRestOn?.join(', or ') ?? one.evidenceNeeded),
              cell('Takes', lengthOf(one.propagationSeconds * 1000)),
              cell('Owner', one.owner),
            ),
          ),
        )}${plan.moreAttention > 0 ? html`<p>And ${plan.moreAttention} more.</p>` : undefined}</section>`
      : undefined
  }`;
};
