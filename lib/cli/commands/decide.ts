import * as z from 'zod';
import { latestRejectSeconds } from '../../../lambdas/domain/policy.ts';
import { command, label, reason, text, wholeNumber, why } from '../command.ts';
import { lengthIn } from '../deadline.ts';
import { CommandFailed } from '../failure.ts';
import { gatewayDecisions } from '../operator-commands.ts';
import { withoutFrames } from '../terminal.ts';

const starts = () => import('../start-rotation.ts');

const withinMs = (text: string | undefined): number | undefined => {
  const ms = text === undefined ? undefined : lengthIn(text);
  if (text !== undefined && ms === undefined)
    throw new CommandFailed('usage', `--unless-rotated-within: given "${text}"; allowed is a length: 90m, 12h or 3d.`);
  return ms;
};

const rotation = [
  command({
    usage: 'rotate [gatewayId]',
    about:
      'Starts a rotation, and says which; or with --label rotates all gateways that have the label, some at a time, and sees them to their end.',
    examples: [
      'rotate orders --reason quarterly',
      'rotate orders --reason quarterly --watch',
      'rotate --label env=prod --max-parallel 3 --unless-rotated-within 1d --reason quarterly --yes',
    ],
    options: [
      why,
      ['--watch', 'show it until it ends'],
      ['--label <name=value...>', 'all gateways with this label; with several, with all of them'],
      ['--max-parallel <n>', 'so many at a time (default 1)'],
      ['--keep-going', 'start the others even when one does not complete'],
      ['--unless-rotated-within <length>', 'leave those out that have completed a rotation within 90m, 12h, 3d'],
      ['--yes', 'do not ask'],
    ],
    input: {
      gatewayId: text.optional(),
      reason,
      watch: z.boolean().default(false),
      label,
      maxParallel: wholeNumber(1, 50).default(1),
      keepGoing: z.boolean().default(false),
      unlessRotatedWithin: text.optional(),
    },
    run: async (at, { gatewayId, reason, watch, label, maxParallel, keepGoing, unlessRotatedWithin, yes, json }) => {
      const terminal = json ? withoutFrames(at.terminal) : at.terminal;
      if ((gatewayId === undefined) === (label === undefined))
        throw new CommandFailed(
          'usage',
          'Name one gateway, or a label of several: rotate orders, or --label env=prod.',
        );
      if (gatewayId === undefined) {
        const unlessWithinMs = withinMs(unlessRotatedWithin);
        const { rotateFleet } = await import('../rotate-fleet.ts');
        return rotateFleet(
          { ...at, terminal },
          {
            ...{ labels: label ?? '', reason, maxParallel, keepsGoing: keepGoing, isAnswered: yes },
            ...(unlessWithinMs === undefined ? {} : { unlessWithinMs }),
          },
        );
      }
      const started = await (await starts()).rotate(at, gatewayId, reason);
      if (!watch)
        return {
          document: 'rotation',
          json: started,
          text: `Rotation ${started.rotationId} runs. To see it: ${at.call.next('watch', gatewayId)}`,
        };
      const { watchGateway } = await import('../watch.ts');
      const outcome = await watchGateway(at.connection, terminal, gatewayId, 2_000);
      return {
        document: 'rotation',
        json: { ...started, ...(outcome ? { outcome } : {}) },
        text: '',
        isFailed: outcome !== 'COMPLETED',
      };
    },
  }),
  command({
    usage: 'plan <gatewayId>',
    about: 'Says what a rotation would do, and which kits would hold it up. Nothing is written.',
    examples: ['plan orders', 'plan orders --json'],
    input: { gatewayId: text },
    run: async (at, { gatewayId }) => {
      const { plan, planText } = await starts();
      const json = await plan(at, gatewayId, 'planned at a terminal');
      return {
        document: 'plan',
        json,
        text: planText(json, Date.parse(json.at), at.terminal.screen()),
        isFailed: !json.mayStart,
      };
    },
  }),
  command({
    usage: 'compromised <gatewayId>',
    about: 'The emergency button: live credentials are refused for good, and replaced. Nothing undoes it.',
    examples: [
      'compromised orders --reason "found in a public repository"',
      'compromised orders --within 0 --reason "in use by a thief" --confirm orders',
    ],
    options: [
      why,
      ['--within <seconds>', 'how soon they are refused; 0 is now. Default: what the policy of the gateway says'],
      [
        '--credential <id...>',
        'only these; default: every live credential of ours that no running compromise rotation made',
      ],
      ['--confirm <gatewayId>', 'the name of the gateway once more, instead of typing it'],
      ['--request-id <id>', 'the same id is one press, however often it is sent'],
    ],
    input: {
      gatewayId: text,
      reason,
      within: wholeNumber(0, latestRejectSeconds).optional(),
      credential: z.array(text).optional(),
      confirm: text.optional(),
      requestId: text.optional(),
    },
    run: async (at, { gatewayId, reason, within, credential, confirm, requestId }) => {
      const { pressButton } = await import('../press-button.ts');
      const json = await pressButton(at, {
        gatewayId,
        reason,
        ...(within === undefined ? {} : { rejectWithinSeconds: within }),
        ...(credential ? { credentialIds: credential } : {}),
        ...(confirm ? { confirm } : {}),
        ...(requestId ? { requestId } : {}),
      });
      return {
        document: 'press',
        json,
        text: 'message' in json ? json.message : '',
        isFailed: json.result === 'UNCHANGED',
      };
    },
  }),
];

/** What a person decides. */
export const actCommands = [
  ...rotation,
  ...gatewayDecisions,
  command({
    usage: 'apply [file]',
    about: 'Applies gateways.json: shows what would change, asks, and does it.',
    examples: ['apply', 'apply my-gateways.json --yes', 'apply --plan --detailed-exit-code'],
    options: [
      why,
      ['--yes', 'do not ask'],
      ['--plan', 'only show what would change, without the right to change it'],
      ['--detailed-exit-code', 'with --plan: 0 nothing would change, 2 something would, 1 it could not be said'],
    ],
    input: {
      file: text.default('gateways.json'),
      reason: reason.default('gateways.json was applied'),
      plan: z.boolean().default(false),
      detailedExitCode: z.boolean().default(false),
    },
    run: async (at, { file, reason, yes, plan, detailedExitCode }) => {
      const { appliedResult, applyText, planText, plannedResult, readWhole } = await import('../apply-registry.ts');
      if (plan) return plannedResult(await planText(at, readWhole(file).text), detailedExitCode);
      if (detailedExitCode) throw new CommandFailed('usage', '--detailed-exit-code goes with --plan.');
      return appliedResult(await applyText(at, readWhole(file).text, { reason, isAnswered: yes }));
    },
  }),
];
