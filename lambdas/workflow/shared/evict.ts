import { authorityOf } from '../../authorities/authority-of.ts';
import { leftToConfirm } from '../../domain/decision.ts';
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
  const doomed = new Set(
    gateway.live
      .filter(({ compromised, origin }) => compromised && origin.kind !== 'foreign')
      .map(({ credentialId }) => credentialId),
  );
  if (doomed.size === 0) return;
  if (!gateway.authority && gateway.live.length < maxLiveCredentials) return; // the record is all there is: nobody to ask
  const authority = authorityOf(gateway);
  for (const id of leftToConfirm(gateway)) await authority.revoke(needs, gateway, id); // again: it may make the room
  const listed = await authority.list(needs, gateway);
  if (Math.max(gateway.live.length, listed.length) < maxLiveCredentials) return;
  const [unusedLongest] = listed
    .filter(({ credentialId }) => doomed.has(credentialId))
    .toSorted((one, other) => (one.lastUsedAtMs ?? 0) - (other.lastUsedAtMs ?? 0));
  if (!unusedLongest) return;
  const { credentialId } = unusedLongest;
  await applyCommand(needs.gateways, run, {
    kind: 'evict',
    rotationId: run.rotationId,
    credentialId,
    accepted: listed.length,
    ...run.as('five live credentials leave no room for a successor'),
  });
  await authority.revoke(needs, gateway, credentialId);
};
