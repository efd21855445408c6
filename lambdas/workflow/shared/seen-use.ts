import { authorityOf } from '../../authorities/authority-of.ts';
import { type Gateway, liveCredential, type Rotation } from '../../domain/gateway.ts';
import { lastUseByOthers, type SharedUse } from '../../domain/shared-use.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { lastUseIn } from './last-use.ts';

/** What PingOne shows of use, where kits call it themselves: of the new credential, and of those that retire. */
export type SeenUse = {
  readonly target: Pick<SharedUse, 'targetUsedAtMs'>;
  /** Of any retiring credential, by anybody. */
  readonly lastUseMs?: number;
};

type Needs = Pick<Dependencies, 'uses' | 'pingOne'> & ClockAndLog;

/** As PingOne lists it now; `undefined` for a gateway whose kits call our policy check, where each use is recorded. Throws TemporarilyUnavailable and StepFailed. */
export const seenUse = async (needs: Needs, gateway: Gateway, rotation: Rotation): Promise<SeenUse | undefined> => {
  if (!gateway.authority) return undefined;
  const listed = await authorityOf(gateway).list(needs, gateway);
  const target = listed.find(({ credentialId }) => credentialId === rotation.targetId);
  const { probedUntilMs } = liveCredential(gateway, rotation.targetId) ?? {};
  const lagMs = gateway.authority.lastUsedLagSeconds * 1000;
  const targetUsedAtMs = lastUseByOthers(target?.lastUsedAtMs, probedUntilMs, lagMs);
  const lastUseMs = lastUseIn(listed, rotation.retireIds);
  return {
    target: targetUsedAtMs === undefined ? {} : { targetUsedAtMs },
    ...(lastUseMs === undefined ? {} : { lastUseMs }),
  };
};

/** The same in a pass that only looks: what cannot be read is nothing seen, and the check of the quiet begins its window again. */
export const seenUseIfReadable = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
): Promise<SeenUse | undefined> => {
  try {
    return await seenUse(needs, gateway, rotation);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    needs.log('WARN', 'What was used could not be read.', { gatewayId: gateway.gatewayId, error: why });
    return { target: {} };
  }
};
