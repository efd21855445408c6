import * as z from 'zod';
import type { Command } from '../domain/transition.ts';

/** Every kind of transition, in a sentence; it does not compile until each command that records one is here. */
export const transitionKinds: Readonly<
  Record<Exclude<Command['kind'], 'arm-probe' | 'quiet-checked'> | 'register' | 'restore', string>
> = {
  register: 'The gateway was registered.',
  restore: 'The record was restored from a backup and brought up to the audit.',
  configure: 'Policy, decision or shards changed.',
  'kits-changed': 'Kits were added, changed or retired.',
  retire: 'The gateway was retired.',
  begin: 'A rotation began.',
  'next-attempt': 'Another execution goes on with the rotation.',
  created: 'The new credential is accepted beside the old ones.',
  accepted: 'The policy check was seen to accept it.',
  promoting: 'AWSCURRENT is about to move.',
  promoted: 'AWSCURRENT names it.',
  distributed: 'Every kit was given it once.',
  verified: 'Every kit has evidence, and the old ones are quiet.',
  'invalidate-evidence': 'The evidence does not hold any more: the kits are looked at again.',
  revoke: 'Old credentials are refused from now on.',
  confirm: 'The policy check was seen to refuse one of them: now it is revoked.',
  complete: 'The rotation ended, forwards or back.',
  fail: 'The rotation was given up.',
  hold: 'The rotation stands still until a person decides.',
  resume: 'It goes on.',
  extend: 'Its deadline moved.',
  'roll-back': 'It goes back to the credential it came from.',
  force: 'A person takes it on himself to cut off the kits that did not move.',
  'drop-force': 'Others would be cut off than those that he was shown: it holds no more.',
  escalate: 'A level of the escalation was done.',
  adopt: 'A credential made by hand became ours.',
  repair: 'A stuck AWSPENDING was taken off the secret.',
  'acknowledge-kit': 'The owner of a kit said that it is installed.',
  'retry-kit': 'A kit is given the credential again.',
  compromise: 'The compromise button was pressed.',
  evict: 'A compromised credential went early, since five were live.',
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
});
