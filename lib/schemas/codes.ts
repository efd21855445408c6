import { fileURLToPath } from 'node:url';
import { cutOffReasons, states } from '../../lambdas/console/view/views.ts';
import { outcomes, quietBreaks, revocationCauses, triggers } from '../../lambdas/domain/causes.ts';
import { failureNames } from '../../lambdas/domain/failure-names.ts';
import { evidenceKinds, laggards } from '../../lambdas/domain/kit-verdict.ts';
import { blockers } from '../../lambdas/domain/may-revoke.ts';
import { newsFailures } from '../../lambdas/domain/news.ts';
import { operatorCommandNames, operatorCommands } from '../../lambdas/domain/operator-commands.ts';
import { attention, obstacles } from '../../lambdas/domain/plan.ts';
import { refusals } from '../../lambdas/domain/refusals.ts';
import { secretTroubles } from '../../lambdas/domain/secret-troubles.ts';
import { misconfiguredCodes, refusedCodes, unreachableCodes } from '../../lambdas/kits/kit-errors.ts';
import { transitionKinds } from '../../lambdas/notifications/event-schema.ts';
import { answerCodes, sidebandRefusals } from '../../lambdas/policy-check/answer.ts';
import { authorizationRefusals } from '../../lambdas/policy-check/authorize.ts';

/** Where people look a code up. */
export const codesFile = fileURLToPath(new URL('../../docs/codes.md', import.meta.url));

type Meaning = string | { readonly means: string; readonly todo?: string };

const meaningOf = (meaning: Meaning): string =>
  typeof meaning === 'string' ? meaning : [meaning.means, meaning.todo ?? ''].join(' ').trim();

const section = (title: string, where: string, table: Readonly<Record<string, Meaning>>): string =>
  [
    `## ${title}`,
    '',
    where,
    '',
    '| code | what it means, and what to do |',
    '| --- | --- |',
    ...Object.entries(table).map(([code, meaning]) => `| \`${code}\` | ${meaningOf(meaning)} |`),
  ].join('\n');

const commands = Object.fromEntries(
  operatorCommandNames.map((name) => {
    const { does, about, cutsOff } = operatorCommands[name];
    return [name, `About a ${about}. ${does}${cutsOff ? ' It cuts somebody off, so it is asked for once more.' : ''}`];
  }),
);

/** The text of the page, made from the tables that the code itself and everything shown to people take their codes from. */
export const codesText = (): string =>
  `${[
    '# Codes',
    'Every code that this system stores, logs, answers or shows. The page is made from the source: `npm run schema`.',
    section(
      'Refusals',
      'Why a command, a start or a press is refused: in the answer, and before the message of `RotationRefused`.',
      refusals,
    ),
    section(
      'Late kits',
      'Why a kit has no sufficient evidence: in status, console, messages to owners and evidence.',
      laggards,
    ),
    section('Evidence', 'What may prove that a kit moved.', evidenceKinds),
    section('Troubles of a secret', 'How Secrets Manager and the record differ.', secretTroubles),
    section('Blockers', 'Why the old credentials may not be revoked yet.', blockers),
    section('Quiet windows', 'Why a quiet window began again: `quietBroken` of the record.', quietBreaks),
    section('Plans', 'Kits that will hold a rotation up, in a plan.', attention),
    section('Obstacles', 'Why a rotation would certainly fail, in a plan, beside the refusals.', obstacles),
    section('Kits that are cut off', 'Why a compromise cuts a kit off, in the preview of a press.', cutOffReasons),
    section(
      'Kits that do not answer',
      '`KitUnreachable`: nothing is known, and the same is tried again.',
      unreachableCodes,
    ),
    section('Kits that refuse', '`KitRefused`: the kit answered, and a person has to look.', refusedCodes),
    section(
      'Kits that are set up wrongly',
      '`KitMisconfigured`: nothing was changed; correct gateways.json or what it names.',
      misconfiguredCodes,
    ),
    section(
      'Policy check',
      'Why a request of a kit is refused; `ACCEPTED` is the other verdict in its log.',
      authorizationRefusals,
    ),
    section(
      'Sideband endpoint',
      'Why a request with a good credential gets no decision; in its log.',
      sidebandRefusals,
    ),
    section('Sideband answers', "Codes in the body of an error, in PingOne's form.", answerCodes),
    section('News that were not delivered', 'Why a channel was not told; in the outbox and the log.', newsFailures),
    section('Errors', 'Names of errors, as executions, alarms and logs have them.', failureNames),
    section('States of a gateway', 'In the order in which a person should look.', states),
    section('Triggers', 'What begins a rotation.', triggers),
    section('Outcomes', 'How a rotation ended.', outcomes),
    section('Causes', 'Why a credential was revoked.', revocationCauses),
    section('Transitions', 'The kinds of entries in the record, the audit and the events.', transitionKinds),
    section("Operators' commands", 'What a person can decide, by their names in `operate`.', commands),
  ].join('\n\n')}\n`;
