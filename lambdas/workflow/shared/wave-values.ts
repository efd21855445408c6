import { type Gateway, liveCredential } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { FailingKit } from '../../domain/wave-look.ts';
import { dueCredential, type InWaves, isOfWave } from '../../domain/waves.ts';
import type { ClockAndLog, Dependencies, Stored } from '../../ports.ts';
import type { Refresh } from './collect-evidence.ts';
import { targetOf } from './own-rotation.ts';
import { answersClients, recheck } from './recheck.ts';

type Needs = Pick<Dependencies, 'kits' | 'secretVersions' | 'kitSecrets' | 'kitReach'> & ClockAndLog;

/** The values of what kits of waves may have to hold, by credential; one that cannot be read is missing. */
export type Values = ReadonlyMap<CredentialId, Stored>;

/** Those of the new credential, and while a wave goes back, of the old one. */
export const valuesOf = async (
  { secretVersions }: Needs,
  gateway: Gateway,
  { fromCredentialId, waves }: InWaves,
): Promise<Values> => {
  const before = waves.phase === 'GOING_BACK' ? liveCredential(gateway, fromCredentialId)?.versionId : undefined;
  const versions = [targetOf(gateway).versionId, ...(before === undefined ? [] : [before])];
  const stored = await Promise.all(versions.map((one) => secretVersions.readVersion(gateway.secretArn, one)));
  return new Map(stored.flatMap((one) => (one ? [[one.credentialId, one] as const] : [])));
};

/** Each kit is looked at by what it shall hold, and those of the open wave are asked as clients would. */
export const lookingAt =
  (needs: Needs, gateway: Gateway, rotation: InWaves, values: Values, failing: FailingKit[]): Refresh =>
  async (kit, verdict) => {
    if (rotation.waves.phase === 'OPEN' && isOfWave(rotation, kit) && !(await answersClients(needs, kit)))
      failing.push({ kitId: kit.kitId, owner: kit.owner });
    return withValue(values, rotation, (stored) => recheck(needs, gateway, rotation, stored))(kit, verdict);
  };

/** What to do about a kit with the value that it shall hold; without that, nothing. */
export const withValue =
  (values: Values, rotation: InWaves, refreshWith: (stored: Stored) => Refresh): Refresh =>
  async (kit, verdict) => {
    const due = dueCredential(rotation, kit);
    const stored = due && values.get(due);
    return stored ? refreshWith(stored)(kit, verdict) : kit;
  };
