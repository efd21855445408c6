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
 * What verification does about a kit that is still late: shows it to itself through its `probeUrl`, reads it back, and marks
 * it for distribution when giving it the credential again may help. A kit that does not answer keeps what was known of it,
 * which is never more. One with evidence is left alone until the passes that decide, which ask every one: so waiting for a
 * few costs nothing for the many.
 */
export const recheck =
  (needs: Needs, gateway: Gateway, rotation: Rotation, stored: Stored): Refresh =>
  async (kit, verdict) => {
    if (verdict.kind === 'UPDATED') return kit;
    if (verdict.redo) return kit.work?.state === 'PENDING' ? kit : sendBack(needs, gateway, rotation, kit, stored);
    if (kit.work?.state === 'FAILED') return kit; // its time to be tried again has not come
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

/**
 * What the last pass before `verified` does about every kit: those that can be read back are, observed or not. One that does
 * not answer is marked: it is late until it does, and only it is asked again.
 */
export const recheckAll =
  (needs: Needs, gateway: Gateway, rotation: Rotation, stored: Stored): Refresh =>
  async (kit, verdict) =>
    verdict.kind === 'UPDATED'
      ? saveSeen(
          needs,
          gateway,
          kit,
          unansweredSince(kit, await readBack(needs, gateway, rotation, kit, stored), needs),
        )
      : kit;

const unansweredSince = (before: Kit, after: Kit, { now }: Pick<Needs, 'now'>): Kit =>
  after === before && after.work?.state === 'INSTALLED' && after.traits.readBackProves !== 'nothing'
    ? { ...after, work: { ...after.work, unansweredAtMs: now() } }
    : after;

/** The same immediately before revoking, where a difference is kept by nobody: the next pass of VerifyKits finds it. */
export const readBackAll =
  (needs: Asking, gateway: Gateway, rotation: Rotation, stored: Stored): Refresh =>
  async (kit, verdict) =>
    verdict.kind === 'UPDATED' ? readBack(needs, gateway, rotation, kit, stored) : kit;

/** The same for a force: it waits for nobody, so kits are asked until then, and one that does not answer is not thereby late. */
export const readBackUntil =
  (needs: Asking, gateway: Gateway, rotation: Rotation, stored: Stored, untilMs: number): Refresh =>
  async (kit) => {
    if (!kit.work) return kit;
    const { unansweredAtMs: _, ...work } = kit.work;
    const known = { ...kit, work };
    return needs.now() < untilMs ? readBack(needs, gateway, rotation, known, stored) : known;
  };

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
    const response = await guardedFetch(kitReach, kit)(url, {
      method: 'GET',
      headers: {},
      redirect: 'manual',
      signal: AbortSignal.timeout(probeMs),
    });
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
    after.work?.unansweredAtMs !== before.work?.unansweredAtMs ||
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
    if (!shown) return kit;
    const { unansweredAtMs: _, ...work } = kit.work;
    return { ...kit, work: { ...work, readBack: { matches: shown.matches, atMs: needs.now() } } };
  } catch (error) {
    needs.log('WARN', 'A kit could not be read back.', {
      gatewayId: kit.gatewayId,
      kitId: kit.kitId,
      code: error instanceof Error ? error.name : 'Error',
    });
    return kit;
  }
};
