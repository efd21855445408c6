import * as z from 'zod';
import { inFull } from '../../../lambdas/console/view/labels.ts';
import { applyText, readText } from '../apply-registry.ts';
import { type CliCommand, command, reason, text, wholeNumber, why } from '../command.ts';
import { deadlineIn } from '../deadline.ts';
import { CommandFailed } from '../failure.ts';
import { pressButton } from '../press-button.ts';
import { decide, force } from '../send-decision.ts';
import { plan, planText, rotate } from '../start-rotation.ts';
import { withoutFrames } from '../terminal.ts';
import { watchGateway } from '../watch.ts';

const decided = (result: { readonly result: string }): string =>
  result.result === 'UNCHANGED' ? 'It was so already: nothing has changed.' : 'Done, and recorded.';

/** A decision that needs a reason and nothing else. */
const decision = (name: 'hold' | 'resume' | 'roll-back' | 'repair', about: string): CliCommand =>
  command({
    usage: `${name} <gatewayId>`,
    about,
    examples: [`${name} orders --reason "change freeze"`],
    options: [why],
    input: { gatewayId: text, reason },
    run: async (at, { gatewayId, reason }) => {
      const json = await decide(at, { command: name, gatewayId, reason });
      return { json, text: decided(json) };
    },
  });

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
      ['--credential <id...>', 'only these; default: every live credential of ours'],
      ['--confirm <gatewayId>', 'the name of the gateway once more, instead of typing it'],
      ['--request-id <id>', 'the same id is one press, however often it is sent'],
    ],
    input: {
      gatewayId: text,
      reason,
      within: wholeNumber(0, 86_400).optional(),
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
      return { json, text: 'message' in json ? json.message : '' };
    },
  }),
];

const decisions = [
  decision('hold', 'Stops the rotation where it is; both credentials stay accepted.'),
  decision('resume', 'Lets a held rotation go on.'),
  decision('roll-back', 'Gives the kits their earlier credential again, until revoking has begun.'),
  command({
    usage: 'extend <gatewayId>',
    about: 'Moves the deadline of the rotation to a later time.',
    examples: [
      'extend orders --until 3d --reason "owner on holiday"',
      'extend orders --until 2026-12-24T08:00:00Z --reason …',
    ],
    options: [why, ['--until <time>', 'a time such as 2026-12-24T08:00:00Z, or from now: 90m, 12h, 3d']],
    input: { gatewayId: text, reason, until: text },
    run: async (at, { gatewayId, reason, until }) => {
      const deadlineAt = deadlineIn(until, Date.now());
      const json = await decide(at, { command: 'extend', gatewayId, reason, deadlineAt });
      return { json, text: `${decided(json)} The deadline is ${inFull(Date.parse(deadlineAt))}.` };
    },
  }),
  command({
    usage: 'force <gatewayId>',
    about: 'Revokes the old credentials now, in your name: kits that have not moved are cut off. Shows them, and asks.',
    examples: [
      'force orders --reason "the warehouse is closed"',
      'force orders --reason … --yes',
      'force orders --reason … --kits 1 --kits-hash 7692c3ad3540bb80',
    ],
    options: [
      why,
      ['--yes', 'do not ask, whoever is cut off'],
      ['--kits <n>', 'how many are cut off; refused when it is not so any more. Goes with:'],
      ['--kits-hash <hash>', 'the hash of their list, as it was shown'],
    ],
    input: { gatewayId: text, reason, kits: wholeNumber(0, 1_000_000).optional(), kitsHash: text.optional() },
    run: async (at, { gatewayId, reason, yes, kits, kitsHash }) => {
      if ((kits === undefined) !== (kitsHash === undefined))
        throw new CommandFailed('usage', '--kits and --kits-hash go together.');
      const repeated = kits === undefined || kitsHash === undefined ? {} : { repeated: { kits, kitsHash } };
      const json = await force(at, { gatewayId, reason, ...repeated }, yes);
      return { json, text: decided(json) };
    },
  }),
  command({
    usage: 'adopt <gatewayId>',
    about: 'Makes a credential ours that a person has put into the secret of the gateway.',
    examples: ['adopt orders --credential j2oh157DT0 --version 0f3c… --reason "made by hand in the outage"'],
    options: [
      why,
      ['--credential <id>', 'the id in the value, never the value'],
      ['--version <id>', 'the version of the secret that holds it'],
    ],
    input: { gatewayId: text, reason, credential: text, version: text },
    run: async (at, { gatewayId, reason, credential, version }) => {
      const json = await decide(at, {
        command: 'adopt',
        gatewayId,
        reason,
        credentialId: credential,
        versionId: version,
      });
      return { json, text: decided(json) };
    },
  }),
  decision('repair', 'Takes a stuck AWSPENDING off the secret, so that Secrets Manager can rotate again.'),
  command({
    usage: 'apply [file]',
    about: 'Applies gateways.json: shows what would change, asks, and does it.',
    examples: ['apply', 'apply my-gateways.json --yes'],
    options: [why, ['--yes', 'do not ask']],
    input: { file: text.default('gateways.json'), reason: reason.default('gateways.json was applied') },
    run: async (at, { file, reason, yes }) => {
      const json = await applyText(at, readText(file), { reason, isAnswered: yes });
      return { json, text: json.count === 0 ? 'Nothing is to be changed.' : `${json.count} changes were applied.` };
    },
  }),
];

/** What a person decides. */
export const actCommands = [...rotation, ...decisions];
