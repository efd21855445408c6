import * as z from 'zod';
import { latestRejectSeconds } from '../../../lambdas/domain/policy.ts';
import { appliedResult, applyText, readWhole } from '../apply-registry.ts';
import { command, reason, text, wholeNumber, why } from '../command.ts';
import { gatewayDecisions } from '../operator-commands.ts';
import { pressButton } from '../press-button.ts';
import { plan, planText, rotate } from '../start-rotation.ts';
import { withoutFrames } from '../terminal.ts';
import { watchGateway } from '../watch.ts';

const rotation = [
  command({
    usage: 'rotate <gatewayId>',
    about: 'Starts a rotation, and says which.',
    examples: ['rotate orders --reason quarterly', 'rotate orders --reason quarterly --watch'],
    options: [why, ['--watch', 'show it until it ends']],
    input: { gatewayId: text, reason, watch: z.boolean().default(false) },
    run: async (at, { gatewayId, reason, watch, json: isProgram }) => {
      const json = await rotate(at, gatewayId, reason);
      if (!watch)
        return { json, text: `Rotation ${json.rotationId} runs. gateway-credentials watch ${gatewayId} shows it.` };
      const outcome = await watchGateway(
        at.connection,
        isProgram ? withoutFrames(at.terminal) : at.terminal,
        gatewayId,
        2_000,
      );
      return { json: { ...json, outcome }, text: '', isFailed: outcome !== 'COMPLETED' };
    },
  }),
  command({
    usage: 'plan <gatewayId>',
    about: 'Says what a rotation would do, and which kits would hold it up. Nothing is written.',
    examples: ['plan orders', 'plan orders --json'],
    input: { gatewayId: text },
    run: async (at, { gatewayId }) => {
      const json = await plan(at, gatewayId, 'planned at a terminal');
      return { json, text: planText(json, Date.parse(json.at)), isFailed: !json.mayStart };
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
      const json = await pressButton(at, {
        gatewayId,
        reason,
        ...(within === undefined ? {} : { rejectWithinSeconds: within }),
        ...(credential ? { credentialIds: credential } : {}),
        ...(confirm ? { confirm } : {}),
        ...(requestId ? { requestId } : {}),
      });
      return { json, text: 'message' in json ? json.message : '', isFailed: json.result === 'UNCHANGED' };
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
    examples: ['apply', 'apply my-gateways.json --yes'],
    options: [why, ['--yes', 'do not ask']],
    input: { file: text.default('gateways.json'), reason: reason.default('gateways.json was applied') },
    run: async (at, { file, reason, yes }) => {
      return appliedResult(await applyText(at, readWhole(file).text, { reason, isAnswered: yes }));
    },
  }),
];
