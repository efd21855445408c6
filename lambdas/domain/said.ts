import { leftToRetire } from './decision.ts';
import type { Gateway } from './gateway.ts';
import type { EvidenceSummary } from './may-revoke.ts';

/** What a transition says of itself follows its numbers: a sentence for the case of success is wrong in every other. */

const counted = (count: number): string => `${count} ${count === 1 ? 'kit' : 'kits'}`;

type Proven = Pick<EvidenceSummary, 'kits' | 'readBack' | 'acknowledged' | 'shared'>;

/** Of a distribution, in which every kit was tried once. */
export const distributedSaid = ({ kits, failed }: { readonly kits: number; readonly failed: number }): string => {
  if (kits === 0) return 'there are no kits to give the credential to';
  if (failed === 0) return `each of ${counted(kits)}, or its owner, was given the credential`;
  return `${kits - failed} of ${counted(kits)}, or its owner, was given the credential; ${failed} failed`;
};

/** Of a proof that holds for `kits` kits: each of them has evidence, and what is left to retire is quiet. Where kits call PingOne, it says what that is. */
export const provenSaid = (gateway: Gateway, { kits, readBack, acknowledged, shared }: Proven): string => {
  const left = gateway.rotation ? leftToRetire(gateway, gateway.rotation) : [];
  const found = Object.entries({ 'read back': readBack, acknowledged, ...shared }).filter(([, some]) => some > 0);
  const basis = gateway.authority
    ? ` (${found.map(([what, some]) => `${some} ${what}`).join(', ')}; none observed, as they call PingOne)`
    : '';
  const evidence = kits === 0 ? 'there are no kits' : `each of ${counted(kits)} has evidence${basis}`;
  if (left.length === 0) return `${evidence}; nothing is left to retire`;
  return `${evidence}, and ${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} quiet`;
};

/** Of the end of a rotation: what became of what it retires, and whether somebody forced that. */
export const completedSaid = (gateway: Gateway): string => {
  const { rotation } = gateway;
  if (!rotation || rotation.retireIds.length === 0) return 'it had nothing to retire';
  const accepted = leftToRetire(gateway, rotation);
  const unseen = gateway.revoked.filter(({ notProven }) => notProven).map(({ credentialId }) => credentialId);
  const gone = rotation.retireIds.filter((id) => !accepted.includes(id));
  const refused = gone.filter((id) => !unseen.includes(id));
  const waived = gone.filter((id) => unseen.includes(id));
  const is = accepted.length === 1 ? 'is' : 'are';
  return [
    ...(refused.length > 0 ? [`${refused.join(', ')} ${refused.length === 1 ? 'was' : 'were'} seen refused`] : []),
    ...(waived.length > 0 ? [`nobody saw ${waived.join(', ')} refused`] : []),
    ...(accepted.length > 0 ? [`${accepted.join(', ')}, which ${is} not ours, ${is} still accepted`] : []),
    ...(rotation.forced ? [`${rotation.forced.actor} had it forced`] : []),
  ].join('; ');
};
