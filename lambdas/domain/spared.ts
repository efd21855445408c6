import type { Gateway } from './gateway.ts';
import type { CredentialId } from './ids.ts';

/** Live, ours, not compromised yet and not doomed by this press: who wants that too has to name it. */
export const sparedBy = ({ live }: Pick<Gateway, 'live'>, doomed: ReadonlySet<CredentialId>): readonly CredentialId[] =>
  live
    .filter(({ credentialId, origin, compromised }) => {
      const isOurs = origin.kind !== 'foreign';
      return isOurs && !compromised && !doomed.has(credentialId);
    })
    .map(({ credentialId }) => credentialId);

/** Whether a press has moved no credential's end. */
export const endsAlike = (before: Gateway['live'], after: Gateway['live']): boolean =>
  after.every(({ compromised }, at) => compromised?.rejectAfterMs === before[at]?.compromised?.rejectAfterMs);
