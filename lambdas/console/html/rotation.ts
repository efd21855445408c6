import { rotationWords } from '../view/history-words.ts';
import { actWords, counted, outcomeWords } from '../view/labels.ts';
import { type GatewayView, phases, type RotationSummary, stepLooks } from '../view/views.ts';
import { who } from './actor.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, when } from './parts.ts';
import { link, type Surface } from './surface.ts';

/** Create, distribute, verify, revoke: what is done, and what is being done. */
const stepper = (steps: GatewayView['steps']): Markup | undefined =>
  steps &&
  html`<ol class="steps">${phases.map((one) => {
    const look = steps[one];
    const { word, sign } = stepLooks[look];
    if (look === 'NOW') return html`<li class="now" aria-current="step">${one}</li>`;
    if (look === 'TO_COME') return html`<li>${one}<span class="hidden">, ${word}</span></li>`;
    return look === 'DONE'
      ? html`<li class="done">${one}<span class="hidden">, ${word}</span> <span aria-hidden="true">${sign}</span></li>`
      : html`<li class="partly">${one} <span aria-hidden="true">${sign}</span> <span class="small">${word}</span></li>`;
  })}</ol>`;

/** What is going on: the running rotation, what it waits for, and what happens by itself. */
export const nowHtml = (view: GatewayView, surface: Surface): Markup => {
  const { rotation, nowMs, waitsFor, ahead, kits } = view;
  const tone = { COMPROMISED: 'danger', BEHIND: 'danger', HELD: 'warn', LATE: 'warn', FAILED: 'danger' } as const;
  const className = view.state in tone ? tone[view.state as keyof typeof tone] : '';
  return html`<div class="card ${className}">${
    rotation ? running(rotation, kits, stepper(view.steps), nowMs) : atRest(view, surface)
  }${
    waitsFor.length > 0
      ? html`<h3>${rotation ? 'It waits for this' : 'This needs a person'}</h3><ul>${waitsFor.map(
          ({ text, untilAtMs }) =>
            html`<li>${text}${untilAtMs === undefined ? undefined : html` Until then: ${when(untilAtMs, nowMs)}.`}</li>`,
        )}</ul>`
      : undefined
  }${
    ahead.length > 0
      ? html`<h3>By itself, unless something happens before</h3><ul class="plain ahead">${ahead.map(
          ({ text, atMs }) => html`<li>${when(atMs, nowMs)} <span>${text}</span></li>`,
        )}</ul>`
      : undefined
  }</div>`;
};

const running = (
  rotation: RotationSummary,
  kits: GatewayView['kits'],
  steps: Markup | undefined,
  nowMs: number,
): Markup =>
  html`<p><strong>${rotationWords[rotation.trigger]}</strong>, begun ${when(rotation.begun.atMs, nowMs)}: ${rotation.begun.reason}<br><span class="soft small">${who(rotation.begun.actor)}</span></p>${steps}${rotation.wave ? html`<p>${badge(rotation.wave.isGoingBack ? 'warn' : 'busy', `Wave ${rotation.wave.number} of ${rotation.wave.of}${rotation.wave.isGoingBack ? ', going back' : ''}`)}</p>` : undefined}<p>${kits.updated} of ${counted(kits.total, 'kit')} moved${rotation.targetId ? html` to <span class="id">${rotation.targetId}</span>` : undefined}; deadline ${when(rotation.deadlineAtMs, nowMs)}.${
    rotation.failedAttempts > 0
      ? html` ${badge('warn', `${counted(rotation.failedAttempts, 'attempt')} failed`)}${rotation.held ? undefined : ' The next one starts by itself; after five without progress the rotation is held.'}`
      : undefined
  }</p>${decided('Held', rotation.held, nowMs)}${decided('Rolled back', rotation.rolledBack, nowMs)}${decided('Forced', rotation.forced, nowMs)}`;

const decided = (what: string, said: RotationSummary['held'], nowMs: number): Markup | undefined =>
  said && html`<p>${badge('warn', what)} ${when(said.atMs, nowMs)} by ${who(said.actor)}: ${said.reason}</p>`;

const atRest = ({ history, nowMs, credentials, state, gatewayId }: GatewayView, surface: Surface): Markup => {
  const last = history.find(({ rotationId }) => rotationId !== undefined);
  const current = credentials.find(({ stage }) => stage === 'CURRENT');
  return html`<p>No rotation runs.${
    current
      ? html` Kits ${state === 'BEHIND' ? 'shall use' : 'use'} <span class="id">${current.credentialId}</span>${current.createdAtMs === undefined ? undefined : html`, created ${when(current.createdAtMs, nowMs)}`}.`
      : undefined
  }${
    last?.endedAtMs === undefined
      ? undefined
      : html` The last one ${last.outcome && outcomeWords[last.outcome].word} ${when(last.endedAtMs, nowMs)}.`
  }</p>${
    state === 'FAILED'
      ? html`<p><strong>Why it was given up:</strong> ${last?.steps.findLast(({ kind }) => kind === 'fail')?.reason ?? 'the history says.'}</p><p class="buttons">${link(surface, { view: 'act', gatewayId, act: 'rotate' }, `${actWords('rotate').verb}…`, 'button')}</p><p class="after">${help(surface, 'wrong')}</p>`
      : undefined
  }`;
};
