import type { Gateway, Rotation } from '../../domain/gateway.ts';
import { type Kit, keptFailure } from '../../domain/kit.ts';
import { isProbeSpent, type SharedUse } from '../../domain/shared-use.ts';
import { sharedUseIn } from '../../domain/shown-use.ts';
import { guardedFetch } from '../../kits/guarded-fetch.ts';
import { kitKindOf } from '../../kits/kinds.ts';
import type { ClockAndLog, Dependencies, Stored } from '../../ports.ts';
import type { Refresh } from './collect-evidence.ts';
import { accessFor, installationOf } from './reach-kit.ts';

type Asking = Pick<Dependencies, 'kitSecrets' | 'kitReach' | 'secretVersions'> & ClockAndLog;
type Needs = Asking & Pick<Dependencies, 'kits'>;

const probeMs = 5_000;

/** The kit answers a client request; without a `probeUrl` nobody asks it. */
export const answersClients = async (needs: Asking, kit: Kit): Promise<boolean> =>
  kit.probeUrl === undefined || probe(needs, kit, kit.probeUrl);

/**
 * What verification does about a kit that was not observed on the new credential: shows it to itself through its
 * `probeUrl`, reads it back, and marks it for distribution when giving it the credential again may help. A kit that does
 * not answer keeps what was known of it, which is never more.
 */
export const recheck =
  (needs: Needs, gateway: Gateway, rotation: Rotation, stored: Stored): Refresh =>
  async (kit, verdict) => {
    if (verdict.kind === 'UPDATED' && verdict.evidence.kind === 'observed') return kit;
    if (verdict.kind === 'LAGGARD' && verdict.redo)
      return kit.work?.state === 'PENDING' ? kit : sendBack(needs, gateway, rotation, kit, stored);
    const askedAtMs = needs.now();
    const isAnswered = kit.probeUrl !== undefined && (await probe(needs, kit, kit.probeUrl));
    const use = isAnswered ? sharedUseIn(gateway, false) : undefined;
    const shown = use ? withProbe(kit, use, askedAtMs) : kit;
    return saveSeen(needs, gateway, kit, await readBack(needs, gateway, rotation, shown, stored));
  };

/**
 * The kit with the time of a request through it that was answered: the first one since its installation, and since the last
 * use of a predecessor. PingOne shows later which credential it was.
 */
const withProbe = (kit: Kit, use: SharedUse, atMs: number): Kit => {
  const { work } = kit;
  if (!work) return kit;
  const { probedAtMs } = work;
  const stands = probedAtMs !== undefined && probedAtMs >= work.changedAtMs && !isProbeSpent(probedAtMs, use);
  return stands ? kit : { ...kit, work: { ...work, probedAtMs: atMs } };
};

/** What the last pass before `verified` does about every kit: those that can be read back are, observed or not. */
export const recheckAll =
  (needs: Needs, gateway: Gateway, rotation: Rotation, stored: Stored): Refresh =>
  async (kit, verdict) =>
    verdict.kind === 'UPDATED'
      ? saveSeen(needs, gateway, kit, await readBack(needs, gateway, rotation, kit, stored))
      : kit;

/** The same immediately before revoking, where a difference is kept by nobody: the next pass of VerifyKits finds it. */
export const readBackAll =
  (needs: Asking, gateway: Gateway, rotation: Rotation, stored: Stored): Refresh =>
  async (kit, verdict) =>
    verdict.kind === 'UPDATED' ? readBack(needs, gateway, rotation, kit, stored) : kit;

const sendBack = async (
  { kits, now }: Needs,
  gateway: Gateway,
  rotation: Rotation,
  kit: Kit,
  stored: Stored,
): Promise<Kit> => {
  const { rotationId, generation } = rotation;
  const attempts = kit.work?.attempts ?? 0;
  const work = {
    rotationId,
    generation,
    credentialId: stored.credentialId,
    state: 'PENDING',
    attempts,
    changedAtMs: now(),
    ...keptFailure(kit, stored.credentialId),
  } as const;
  return (await kits.saveWork(kit, work, gateway.shardCount)) ? { ...kit, work } : kit;
};

/**
 * A client request through the kit: the policy check sees which credential it brings, whatever the answer is. Where kits
 * call PingOne nobody sees that, and only an answer that is no error says that the kit's credential was accepted.
 */
const probe = async ({ log, kitReach }: Asking, kit: Kit, url: string): Promise<boolean> => {
  try {
    const response = await guardedFetch(kitReach, kit)(url, { signal: AbortSignal.timeout(probeMs) });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    log('INFO', 'A request through the kit had no answer.', { gatewayId: kit.gatewayId, kitId: kit.kitId });
    return false;
  }
};

/** Keeps what was seen when it is news. */
const saveSeen = async ({ kits }: Needs, { shardCount }: Gateway, before: Kit, after: Kit): Promise<Kit> => {
  const isNews =
    after.work?.readBack?.matches !== before.work?.readBack?.matches ||
    after.work?.probedAtMs !== before.work?.probedAtMs;
  if (after.work && isNews) await kits.saveWork(before, after.work, shardCount);
  return after;
};

/** The kit with what it shows now; one that does not answer keeps what was known of it, which is never more. */
const readBack = async (
  needs: Asking,
  gateway: Gateway,
  rotation: Rotation,
  kit: Kit,
  stored: Stored,
): Promise<Kit> => {
  const kind = kitKindOf(kit.kind);
  if (!kind.readBack || kit.work?.state !== 'INSTALLED') return kit;
  try {
    const shown = await kind.readBack(
      installationOf(gateway, rotation, kit, stored),
      kit.settings,
      accessFor({ ...needs, notifyOwner: async () => undefined }, kit), // whoever only asks tells nobody
    );
    return shown ? { ...kit, work: { ...kit.work, readBack: { matches: shown.matches, atMs: needs.now() } } } : kit;
  } catch (error) {
    needs.log('WARN', 'A kit could not be read back.', {
      gatewayId: kit.gatewayId,
      kitId: kit.kitId,
      code: error instanceof Error ? error.name : 'Error',
    });
    return kit;
  }
};
