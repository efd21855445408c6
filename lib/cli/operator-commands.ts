import {
  type OperatorCommandName,
  operatorCommandNames,
  operatorCommands,
} from '../../lambdas/domain/operator-commands.ts';
import { type CliCommand, command, label, labelOption, reason, text, wholeNumber, why } from './command.ts';
import { deadlineIn } from './deadline.ts';
import { CommandFailed } from './failure.ts';
import { plain } from './terminal.ts';

const sending = () => import('./send-decision.ts');

/** What a command does, as everybody is told. */
const about = (name: OperatorCommandName): string => operatorCommands[name].does;

/** A decision that needs a reason and nothing else. */
const plainDecision = (name: 'hold' | 'resume' | 'roll-back' | 'repair' | 'recover'): CliCommand =>
  command({
    usage: `${name} <gatewayId>`,
    about: about(name),
    examples: [`${name} orders --reason "change freeze"`],
    options: [why],
    input: { gatewayId: text, reason },
    run: async (at, { gatewayId, reason }) => {
      const { decide, decided } = await sending();
      const json = await decide(at, { command: name, gatewayId, reason });
      return { document: 'decision', json, text: decided(name, json) };
    },
  });

/** Every command of an operator as it is typed; it does not compile until each of them is here. */
const commands: { readonly [Name in OperatorCommandName]: CliCommand } = {
  hold: plainDecision('hold'),
  resume: plainDecision('resume'),
  'roll-back': plainDecision('roll-back'),
  repair: plainDecision('repair'),
  recover: plainDecision('recover'),
  extend: command({
    usage: 'extend <gatewayId>',
    about: about('extend'),
    examples: [
      'extend orders --until 3d --reason "owner on holiday"',
      'extend orders --until 2026-12-24T08:00:00Z --reason …',
    ],
    options: [why, ['--until <time>', 'a time such as 2026-12-24T08:00:00Z, or from now: 90m, 12h, 3d']],
    input: { gatewayId: text, reason, until: text },
    run: async (at, { gatewayId, reason, until }) => {
      const { inFull } = await import('../../lambdas/console/view/labels.ts');
      const deadlineAt = deadlineIn(until, Date.now());
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'extend', gatewayId, reason, deadlineAt });
      return {
        document: 'decision',
        json,
        text: `${decided('extend', json)} The deadline is ${inFull(Date.parse(deadlineAt))}.`,
      };
    },
  }),
  force: command({
    usage: 'force <gatewayId>',
    about: `${about('force')} Shows them, and asks.`,
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
      const { decided, force } = await sending();
      const { fromNow } = await import('../../lambdas/console/view/labels.ts');
      const json = await force(at, { gatewayId, reason, ...repeated }, yes);
      const { waitsFor, nowMs } = await at.connection.show({ view: 'gateway', gatewayId });
      const next = waitsFor.map(({ text, untilAtMs }) =>
        untilAtMs === undefined ? text : `${text} Until then: ${fromNow(untilAtMs, nowMs)}.`,
      );
      return { document: 'decision', json, text: plain([decided('force', json, 'Recorded.'), ...next].join(' ')) };
    },
  }),
  adopt: command({
    usage: 'adopt <gatewayId>',
    about: about('adopt'),
    examples: [
      'adopt orders --credential j2oh157DT0 --version 0f3c… --reason "made by hand in the outage"',
      'adopt payments --credential all --reason "from before this system"',
    ],
    options: [
      why,
      ['--credential <id>', 'the id in the value, never the value; "all" is every one that PingOne has'],
      ['--version <id>', 'the version of the secret that holds it; not needed where PingOne is the authority'],
    ],
    input: { gatewayId: text, reason, credential: text, version: text.optional() },
    run: async (at, { gatewayId, reason, credential, version }) => {
      const named = { credentialId: credential, ...(version === undefined ? {} : { versionId: version }) };
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'adopt', gatewayId, reason, ...named });
      return { document: 'decision', json, text: decided('adopt', json) };
    },
  }),
  'retire-credential': command({
    usage: 'retire-credential <gatewayId>',
    about: about('retire-credential'),
    examples: ['retire-credential orders --credential j2oh157DT0 --reason "made by hand, not needed"'],
    options: [why, ['--credential <id>', 'the live credential that is to go']],
    input: { gatewayId: text, reason, credential: text },
    run: async (at, { gatewayId, reason, credential }) => {
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'retire-credential', gatewayId, reason, credentialId: credential });
      return {
        document: 'decision',
        json,
        text: decided('retire-credential', json, `${credential} is being retired.`),
      };
    },
  }),
  'waive-proof': command({
    usage: 'waive-proof <gatewayId>',
    about: about('waive-proof'),
    examples: ['waive-proof orders --credential j2oh157DT0 --reason "its version was deleted"'],
    options: [why, ['--credential <id>', 'the revoked credential that was not seen refused']],
    input: { gatewayId: text, reason, credential: text },
    run: async (at, { gatewayId, reason, credential }) => {
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'waive-proof', gatewayId, reason, credentialId: credential });
      return {
        document: 'decision',
        json,
        text: decided('waive-proof', json, `Recorded: nobody saw ${credential} refused.`),
      };
    },
  }),
  'acknowledge-kit': command({
    usage: 'acknowledge [gatewayId] [kitId]',
    about: `${about('acknowledge-kit')} With --owner or --label: all such kits that wait for it, of one gateway or of every one; shows them, and asks.`,
    examples: [
      'acknowledge orders warehouse --reason "installed by Kim"',
      'acknowledge --owner kim@example.com --reason "installed by Kim"',
      'acknowledge orders --label site=north --reason "installed by Kim" --yes',
    ],
    options: [
      why,
      ['--credential <id>', 'the credential that was installed (default: the one that kits shall hold)'],
      ['--owner <owner>', 'all kits of this owner that wait for it'],
      labelOption,
      ['--yes', 'do not ask'],
    ],
    input: {
      ...{ gatewayId: text.optional(), kitId: text.optional(), reason, credential: text.optional() },
      ...{ owner: text.optional(), label },
    },
    run: async (at, { gatewayId, kitId, reason, credential, owner, label, yes }) => {
      if (owner !== undefined || label !== undefined) {
        if (kitId !== undefined)
          throw new CommandFailed('usage', 'Name one kit, or with --owner or --label all such kits; not both.');
        const chosen = { gatewayId, owner, labels: label, credentialId: credential };
        const { acknowledgeMany } = await import('./acknowledge-many.ts');
        return acknowledgeMany(at, chosen, { reason, isAnswered: yes });
      }
      if (gatewayId === undefined || kitId === undefined)
        throw new CommandFailed('usage', 'Name a gateway and its kit, or all kits of an owner with --owner.');
      const credentialId = credential ?? (await at.connection.show({ view: 'gateway', gatewayId })).targetId;
      if (!credentialId)
        throw new CommandFailed('refused', `Gateway ${gatewayId} has no credential yet that a kit could hold.`);
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'acknowledge-kit', gatewayId, kitId, reason, credentialId });
      return {
        document: 'decision',
        json,
        text: decided('acknowledge-kit', json, `Kit ${kitId} is recorded to hold ${credentialId}.`),
      };
    },
  }),
  'retry-kit': command({
    usage: 'retry <gatewayId> <kitId>',
    about: about('retry-kit'),
    examples: ['retry orders kong-public --reason "node replaced"'],
    options: [why],
    input: { gatewayId: text, kitId: text, reason },
    run: async (at, { gatewayId, kitId, reason }) => {
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'retry-kit', gatewayId, kitId, reason });
      return {
        document: 'decision',
        json,
        text: decided('retry-kit', json, `Kit ${kitId} is to be given the credential again.`),
      };
    },
  }),
  'retire-source': command({
    usage: 'retire-source <gatewayId> <kitId> <source>',
    about: about('retire-source'),
    examples: ['retire-source orders kong-public 10.0.0.7 --reason "the pod was replaced"'],
    options: [why],
    input: { gatewayId: text, kitId: text, source: text, reason },
    run: async (at, { gatewayId, kitId, source, reason }) => {
      const { decide, decided } = await sending();
      const json = await decide(at, { command: 'retire-source', gatewayId, kitId, source, reason });
      return {
        document: 'decision',
        json,
        text: decided('retire-source', json, `${source} holds kit ${kitId} up no more, unless it is used again.`),
      };
    },
  }),
};

const those = (isOfKit: boolean): readonly CliCommand[] =>
  operatorCommandNames
    .filter((name) => (operatorCommands[name].about === 'kit') === isOfKit)
    .map((name) => commands[name]);

/** The decisions about a kit stand under `kits`; the others are commands of their own. */
export const kitDecisions = those(true);
export const gatewayDecisions = those(false);
