import { randomUUID } from 'node:crypto';
import { newGateway } from '../domain/configure.ts';
import type { By } from '../domain/decision.ts';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import { shardCountFor, type WantedGateway } from '../domain/registry-changes.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { startAttempt } from '../workflow/shared/start-attempt.ts';
import { ensureSecret } from './gateway-secret.ts';

type Needs = Pick<Dependencies, 'gateways' | 'gatewaySecrets' | 'secretPrefix' | 'executions'> & ClockAndLog;

/** The record of a new gateway, with its secret; one that another run has added meanwhile is as good. */
export const register = async (needs: Needs, wanted: WantedGateway, by: By): Promise<Gateway> => {
  const { gatewayId, policy, kits, schedule } = wanted;
  const secret = await ensureSecret(needs, gatewayId);
  const configuration = {
    policy,
    ...statedIn(wanted),
    shardCount: shardCountFor(kits.length, 1),
    isScheduled: schedule !== undefined,
  };
  await needs.gateways.register(newGateway(gatewayId, secret, configuration, by, needs.now()));
  const gateway = await needs.gateways.read(gatewayId);
  if (!gateway) throw new TemporarilyUnavailable(`Gateway ${gatewayId} was registered and cannot be read yet.`);
  return gateway;
};

/** Its labels, who mints, and what our policy check decides, each as far as there is one. */
const statedIn = ({ labels, authority, decision }: WantedGateway) => ({
  ...(labels ? { labels } : {}),
  ...(authority ? { authority } : {}),
  ...(decision ? { decision } : {}),
});

/** Why it is refused, if it is: `shardCount` changes only while no rotation runs. */
export const reconfigure = async (
  { gateways }: Needs,
  wanted: WantedGateway,
  shardCount: number | undefined,
  by: By,
): Promise<string | undefined> => {
  const { gatewayId, policy, schedule } = wanted;
  const applied = await gateways.apply(gatewayId, (gateway) => ({
    kind: 'configure',
    configuration: {
      policy,
      ...statedIn(wanted),
      shardCount: shardCount ?? gateway.shardCount,
      isScheduled: schedule !== undefined,
    },
    ...by,
  }));
  return applied.kind === 'refused' ? applied.message : undefined;
};

/** Records what is about to change outside of a gateway's record, in words. */
export type RecordBesides = (besides: string) => Promise<unknown>;

/** The same for one gateway: who applies the file, and why, stand in the record of everything that he touches. */
export const recordBesides =
  ({ gateways }: Pick<Needs, 'gateways'>, gatewayId: GatewayId, by: By): RecordBesides =>
  (besides) =>
    gateways.apply(gatewayId, ({ policy, labels, authority, decision, shardCount }) => ({
      kind: 'configure',
      configuration: { policy, labels, authority, decision, shardCount },
      besides,
      ...by,
    }));

/** Begins the rotation that makes the first credential, and starts its first attempt; a crash between the two is the reconciler's. */
export const beginBootstrap = async (needs: Needs, gatewayId: GatewayId, by: By): Promise<string | undefined> => {
  const begun = await needs.gateways.apply(gatewayId, ({ live, rotation }) =>
    live.length > 0 || rotation
      ? undefined
      : { kind: 'begin', rotationId: randomUUID() as string as RotationId, trigger: 'bootstrap', ...by },
  );
  if (begun.kind === 'refused') return begun.message;
  if (begun.changed) await startAttempt(needs, begun.gateway, { failed: false, ...by });
  return undefined;
};
