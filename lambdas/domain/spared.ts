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
