import type { GatewayRow, HistoryEntry } from '../../lambdas/console/view/views.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailed } from './failure.ts';

type Outcome = NonNullable<HistoryEntry['outcome']>;

/**
 * What became of one gateway: how its rotation ended; or it is held and waits for a person; or its start was refused, or nobody
 * knows whether it began; or it was not started, since another one failed; or left out, since it was rotated lately.
 */
type Became = Outcome | 'HELD' | 'REFUSED' | 'UNKNOWN' | 'NOT_STARTED' | 'ROTATED_LATELY';
export type Rotated = {
  readonly gatewayId: string;
  readonly result: Became | 'RUNNING';
  readonly rotationId?: string;
  /** It ran already: this command has waited for it, and started none. */
  readonly joined?: true;
  readonly message?: string;
};

/** What rotating many gateways asks of the deployment. */
export type FleetNeeds = {
  /** Starts one, and sees that it has begun. Throws CommandFailed. */
  readonly rotate: (gatewayId: string) => Promise<{ readonly rotationId: string }>;
  /** The gateways as they stand, by id. */
  readonly look: () => Promise<ReadonlyMap<string, GatewayRow>>;
  /** How a rotation ended. */
  readonly outcomeOf: (gatewayId: string, rotationId: string) => Promise<Outcome | undefined>;
  readonly wasRotatedLately: (gatewayId: string) => Promise<boolean>;
  readonly show: (all: readonly Rotated[], rows: ReadonlyMap<string, GatewayRow>) => void;
  readonly pause: () => Promise<unknown>;
};

/** Whether a person has nothing to do about it. */
export const isGood = ({ result }: Rotated): boolean => result === 'COMPLETED' || result === 'ROTATED_LATELY';

/**
 * Sees each gateway through one rotation, at most `maxParallel` at a time. Those that run already count among these, are waited
 * for and not started again, so that the command may be run once more. The first that does not complete stops further starts, unless `keepsGoing`;
 * those that run are seen to their end. A held rotation counts as one that does not complete.
 */
export const rotateMany = async (
  needs: FleetNeeds,
  gatewayIds: readonly string[],
  { maxParallel, keepsGoing }: { readonly maxParallel: number; readonly keepsGoing: boolean },
): Promise<readonly Rotated[]> => {
  const all = new Map<string, Rotated>(
    gatewayIds.map((gatewayId) => [gatewayId, { gatewayId, result: 'NOT_STARTED' }]),
  );
  const running = (): readonly Rotated[] => [...all.values()].filter(({ result }) => result === 'RUNNING');
  const set = (one: Rotated): unknown => all.set(one.gatewayId, one);
  const next = (): string | undefined => [...all.values()].find(({ result }) => result === 'NOT_STARTED')?.gatewayId;
  const mayStart = (): boolean =>
    next() !== undefined &&
    running().length < maxParallel &&
    (keepsGoing ||
      [...all.values()].every((one) => isGood(one) || one.result === 'RUNNING' || one.result === 'NOT_STARTED'));
  for (;;) {
    const rows = await needs.look();
    for (const one of running()) set(await nowOf(needs, one, rows.get(one.gatewayId)));
    for (const [gatewayId, { result }] of all) {
      const joined = result === 'NOT_STARTED' ? joinOf(gatewayId, rows.get(gatewayId)) : undefined;
      if (joined) set(joined);
    }
    while (mayStart()) {
      const gatewayId = next();
      if (gatewayId !== undefined) set(await startOf(needs, gatewayId));
    }
    needs.show([...all.values()], rows);
    if (running().length === 0) return [...all.values()];
    await needs.pause();
  }
};

const nowOf = async (needs: FleetNeeds, one: Rotated, row: GatewayRow | undefined): Promise<Rotated> => {
  const { gatewayId, rotationId = '' } = one;
  if (row?.rotation?.rotationId === rotationId) return row.rotation.held ? { ...one, result: 'HELD' } : one;
  return { ...one, result: (await needs.outcomeOf(gatewayId, rotationId)) ?? 'UNKNOWN' };
};

const joinOf = (gatewayId: string, row: GatewayRow | undefined): Rotated | undefined =>
  row?.rotation && {
    ...{ gatewayId, rotationId: row.rotation.rotationId, joined: true },
    result: row.rotation.held ? 'HELD' : 'RUNNING',
  };

const startOf = async (needs: FleetNeeds, gatewayId: string): Promise<Rotated> => {
  if (await needs.wasRotatedLately(gatewayId)) return { gatewayId, result: 'ROTATED_LATELY' };
  try {
    const { rotationId } = await needs.rotate(gatewayId);
    return { gatewayId, rotationId, result: 'RUNNING' };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const isRefused = error.exitCode === exitCodes.refused;
    return { gatewayId, result: isRefused ? 'REFUSED' : 'UNKNOWN', message: error.message };
  }
};
