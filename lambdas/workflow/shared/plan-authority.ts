import type { Listed } from '../../authorities/authority.ts';
import { authorityOf } from '../../authorities/authority-of.ts';
import { StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import { type Gateway, liveCredential, maxLiveCredentials } from '../../domain/gateway.ts';
import type { Obstacle, PlannedCredential } from '../../domain/plan.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';

/** What PingOne says of a gateway's credentials, and what there would stand in the way of another one. */
type AuthorityPlan = {
  readonly credentials?: readonly PlannedCredential[];
  readonly obstacles: readonly Obstacle[];
};

/** Asks PingOne, where it is the authority; writes nothing there. */
export const planAuthority = async (
  needs: Pick<Dependencies, 'uses' | 'pingOne'> & ClockAndLog,
  gateway: Gateway,
): Promise<AuthorityPlan> => {
  const { authority } = gateway;
  if (!authority) return { obstacles: [] };
  try {
    const { type, enabled } = await needs.pingOne(gateway.gatewayId, authority).gateway();
    const listed = await authorityOf(gateway).list(needs, gateway);
    const unready = (message: string): Obstacle => ({ code: 'PINGONE_UNREADY', message });
    return {
      credentials: listed.map((one) => planned(gateway, one)),
      obstacles: [
        ...(type === gatewayType ? [] : [unready(`The gateway in PingOne is of another type than ${gatewayType}.`)]),
        ...(enabled ? [] : [unready('The gateway is not enabled in PingOne: enable it first.')]),
        ...(listed.length < maxLiveCredentials ? [] : [unready(noRoom(gateway, listed))]),
      ],
    };
  } catch (error) {
    if (!(error instanceof StepFailed || error instanceof TemporarilyUnavailable)) throw error;
    return { obstacles: [{ code: 'PINGONE_UNREADY', message: error.message }] };
  }
};

const gatewayType = 'API_GATEWAY_INTEGRATION';

const iso = (atMs: number): string => new Date(atMs).toISOString();

const planned = (gateway: Gateway, { credentialId, createdAtMs, lastUsedAtMs }: Listed): PlannedCredential => ({
  credentialId,
  createdAt: iso(createdAtMs),
  ...(lastUsedAtMs === undefined ? {} : { lastUsedAt: iso(lastUsedAtMs) }),
  origin: liveCredential(gateway, credentialId)?.origin.kind ?? 'foreign',
});

const noRoom = (gateway: Gateway, listed: readonly Listed[]): string => {
  const foreign = listed.filter(({ credentialId }) => !liveCredential(gateway, credentialId));
  const text = `PingOne has ${listed.length} credentials for the gateway and allows ${maxLiveCredentials}.`;
  return foreign.length > 0
    ? `${text} Delete in PingOne one that nobody uses, or adopt ${foreign.map(({ credentialId }) => credentialId).join(', ')} and have one retired (retire-credential).`
    : `${text} Have one retired (retire-credential).`;
};
