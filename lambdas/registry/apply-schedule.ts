import type { Change, WantedGateway } from '../domain/registry-changes.ts';
import type { Dependencies, ScheduleChange } from '../ports.ts';
import type { RecordBesides } from './change-gateway.ts';

type Needs = Pick<Dependencies, 'gatewaySecrets'>;

/**
 * Makes the schedule of the gateway's secret, `secretId`, what the file says; nothing is rotated by this. With `plan` it only
 * reads; else what is about to change is recorded first.
 * Without a schedule the function is not set either: AWS documents the two as one configuration (API "RotateSecret").
 */
export const applySchedule = async (
  { gatewaySecrets }: Needs,
  { gatewayId, schedule }: Pick<WantedGateway, 'gatewayId' | 'schedule'>,
  secretId: string,
  plan: boolean,
  record: RecordBesides,
): Promise<readonly Change[]> => {
  const found = await gatewaySecrets.find(secretId);
  if (!schedule) {
    if (!found?.rotates) return [];
    const change: Change = { kind: 'CLEAR_SCHEDULE', gatewayId, detail: 'rotations are started by hand' };
    if (plan) return [change];
    await record('its schedule is taken away');
    return [outcomeOf(change, await gatewaySecrets.clearSchedule(secretId))];
  }
  const has = found?.rotates ? found.schedule : undefined;
  if (has?.isOurs && has.expression === schedule.expression && has.duration === schedule.duration) return [];
  const detail = `${schedule.expression}${schedule.duration ? ` within ${schedule.duration}` : ''}`;
  const change: Change = { kind: 'SET_SCHEDULE', gatewayId, detail };
  if (plan) return [change];
  await record(`its schedule is set to ${detail}`);
  return [outcomeOf(change, await gatewaySecrets.setSchedule(secretId, schedule))];
};

/** The change; refused while Secrets Manager has a rotation of the secret that is not complete. */
const outcomeOf = (change: Change, became: ScheduleChange): Change =>
  became === 'CHANGED'
    ? change
    : {
        ...change,
        refused:
          'Secrets Manager has a rotation of the secret that is not complete: the schedule changes after it, or after the operator command repair.',
      };
