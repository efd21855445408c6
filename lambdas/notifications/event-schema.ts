import * as z from 'zod';
import { type OperatorCommandName, operatorCommandNames, operatorCommands } from '../domain/operator-commands.ts';
import type { RecordedKind } from '../domain/transition.ts';

/** The kinds of transition that no operator decides, in a sentence; it does not compile until each command that records one is here. */
const otherKinds: Readonly<Record<Exclude<RecordedKind, OperatorCommandName>, string>> = {
  register: 'The gateway was registered.',
  restore:
    'The record was restored from a backup and brought up to what is known since; `detail.mayBeMissing` says of which times something may be lost.',
  move: 'The gateway was moved here from one machine, with its credentials and its history; `detail.evidencePublicKey` verifies the evidence that was exported there.',
  configure:
    'Policy, decision, schedule or shards changed, or a retired gateway is back: `detail.changes` says what, in words.',
  'kits-changed':
    'Kits are about to be added, changed or retired; `detail.destinations` says by kit where its credential goes now and did not before.',
  'kits-behind': 'The number of kits that present a revoked credential changed; `detail.kits` is how many do now.',
  'keys-ending': 'The number of own keys that end before a rotation could changed; `detail.keys` is how many do now.',
  retire: 'The gateway was retired.',
  begin: 'A rotation began.',
  'next-attempt': 'Another execution goes on with the rotation.',
  created: 'The authority accepts the new credential, beside all others that are live.',
  'discard-credential':
    'A credential that an interrupted create left behind at PingOne, and whose value nobody has, is about to be revoked.',
  accepted: 'The policy check, or PingOne where kits call it, was seen to accept it.',
  promoting: 'AWSCURRENT is about to name it.',
  promoted: 'AWSCURRENT was seen to name it.',
  'open-wave':
    'A wave opens: its kits are given the new credential; `detail.proven` says on what evidence of the wave before it.',
  'wave-bad':
    'A wave is bad, `reason` and `detail` say why: its kits get the old credential again (`detail.goesBack`), or the rotation is held.',
  'wave-returned': 'Every kit of the bad wave has evidence for the old credential, and the rotation is held.',
  distributed:
    'Every kit was tried once: `detail` counts those that, or whose owners, were given it, and those that failed.',
  verified: 'Every kit has evidence, and what is left to retire, if anything, is quiet.',
  'invalidate-evidence': 'The evidence does not hold any more: the kits are looked at again.',
  revoke: 'Credentials that the rotation retires are refused from now on; `detail.causes` says on what ground.',
  confirm: 'The policy check, or PingOne where kits call it, was seen to refuse a credential: now it is revoked.',
  complete: 'The rotation ended, forwards or back; `detail.forced` when kits may be cut off by it.',
  fail: 'The rotation was given up.',
  'drop-force': 'Others would be cut off than those that he was shown: it holds no more.',
  escalate: 'A level of the escalation was done.',
  compromise: 'The compromise button was pressed.',
  evict: 'A compromised credential is refused before its time, since five were live.',
};

/** Every kind of transition, in a sentence. */
export const transitionKinds: Readonly<Record<keyof typeof otherKinds | OperatorCommandName, string>> = {
  ...otherKinds,
  ...(Object.fromEntries(operatorCommandNames.map((name) => [name, operatorCommands[name].recorded])) as Record<
    OperatorCommandName,
    string
  >),
};

/** `detail` of an event: one recorded transition. Never a credential. */
export const transitionDetail = z.object({
  id: z.string().describe('The same for every copy of the event: it is delivered at least once.'),
  gatewayId: z.string(),
  revision: z.int().describe('Counts up with each change of the gateway; some changes are no transitions.'),
  kind: z
    .enum(Object.keys(transitionKinds) as [keyof typeof transitionKinds, ...(keyof typeof transitionKinds)[]])
    .describe(
      Object.entries(transitionKinds)
        .map(([kind, text]) => `${kind}: ${text}`)
        .join(' '),
    ),
  atMs: z.int().describe('When, in epoch milliseconds.'),
  actor: z.string().describe('Who: as AWS names the caller, or with "claimed: " before it, or a part of this system.'),
  reason: z.string(),
  rotationId: z.string().optional(),
  credentialIds: z.array(z.string()).optional().describe('The public ids of the credentials that it is about.'),
  detail: z.record(z.string(), z.unknown()).optional().describe('What else the kind has to say; may grow.'),
  previous: z
    .string()
    .optional()
    .describe('The digest of the entry before it: so the audit cannot lack one unseen. The first one has none.'),
});
