import { authorityOf } from '../../authorities/authority-of.ts';
import type { Gateway } from '../../domain/gateway.ts';
import { withShownUse } from '../../domain/shown-use.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';

type Needs = Pick<Dependencies, 'uses' | 'pingOne'> & ClockAndLog;

/**
 * The record with what PingOne shows of use now, where kits call it; for every other gateway, use is recorded by ourselves and
 * read with its kits. Throws TemporarilyUnavailable and StepFailed.
 */
export const withUseNow = async (needs: Needs, gateway: Gateway): Promise<Gateway> =>
  gateway.authority ? withShownUse(gateway, await authorityOf(gateway).list(needs, gateway)) : gateway;

/** The same in a pass that only looks: while it cannot be read, the check of the quiet begins its window again. */
export const withUseIfReadable = async (needs: Needs, gateway: Gateway): Promise<Gateway> => {
  try {
    return await withUseNow(needs, gateway);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    needs.log('WARN', 'What was used could not be read.', { gatewayId: gateway.gatewayId, error: why });
    return gateway;
  }
};
