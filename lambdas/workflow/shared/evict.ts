import { authorityOf } from '../../authorities/authority-of.ts';
import { type Gateway, maxLiveCredentials } from '../../domain/gateway.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import type { Run } from './own-rotation.ts';

/** Five live credentials leave no room for a successor: in a compromise, the doomed one that went unused longest goes first. */
export const evictUnusedLongest = async (
  needs: Pick<Dependencies, 'gateways' | 'uses' | 'pingOne'> & ClockAndLog,
  run: Run,
  gateway: Gateway,
): Promise<void> => {
  if (gateway.live.length < maxLiveCredentials) return;
  const doomed = new Set(
    gateway.live
      .filter(({ compromised, origin }) => compromised && origin.kind !== 'foreign')
      .map(({ credentialId }) => credentialId),
  );
  const listed = await authorityOf(gateway).list(needs, gateway);
  const [unusedLongest] = listed
    .filter(({ credentialId }) => doomed.has(credentialId))
    .toSorted((one, other) => (one.lastUsedAtMs ?? 0) - (other.lastUsedAtMs ?? 0));
  if (!unusedLongest) return;
  await applyCommand(needs.gateways, run, {
    kind: 'evict',
    rotationId: run.rotationId,
    credentialId: unusedLongest.credentialId,
    ...run.as('five live credentials leave no room for a successor'),
  });
};
