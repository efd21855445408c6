import type { By } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import {
  type Change,
  type ChangeKind,
  compareAbsent,
  compareGateway,
  type FoundGateway,
  shardCountFor,
  type WantedGateway,
} from '../domain/registry-changes.ts';
import { secretNameOf } from '../domain/secret-name.ts';
import { destinationsOf } from '../kits/kinds.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { applySchedule } from './apply-schedule.ts';
import { beginBootstrap, reconfigure, recordBesides, register } from './change-gateway.ts';
import { changeKits, copyIntoShards } from './change-kits.ts';
import { secretStateOf } from './gateway-secret.ts';
import type { Registry } from './read-registry.ts';

type Needs = Pick<
  Dependencies,
  'gateways' | 'kits' | 'gatewaySecrets' | 'secretPrefix' | 'executions' | 'notifyOwner'
> &
  ClockAndLog;

/**
 * Makes gateways and kits what `gateways.json` says, and returns the changes in their order; with `plan` it only reads. It may be
 * interrupted anywhere and run again. Changes that a running rotation does not allow come back with `refused`; nothing
 * is ever deleted. Throws TemporarilyUnavailable and StepFailed.
 */
export const applyRegistry = async (
  needs: Needs,
  registry: Registry,
  by: By,
  { plan }: { readonly plan: boolean },
): Promise<readonly Change[]> => {
  const changes: Change[] = [];
  for (const wanted of registry.gateways) {
    const found = await find(needs, wanted.gatewayId);
    const compared = compareGateway(wanted, found, destinationsOf);
    changes.push(...(plan ? compared : await applyGateway(needs, wanted, found, compared, by)));
    const secretId = secretIdOf(needs, wanted, found.gateway);
    const record = recordBesides(needs, wanted.gatewayId, by);
    changes.push(...(await applySchedule(needs, wanted, secretId, plan, record)));
  }
  const wantedIds = new Set(registry.gateways.map(({ gatewayId }) => gatewayId));
  for await (const gatewayId of needs.gateways.list()) {
    if (wantedIds.has(gatewayId)) continue;
    changes.push(...(await retire(needs, gatewayId, by, plan)));
  }
  return changes;
};

/** One line for people, such as `+ kit orders/kong-edge: kong; gets the first credential`. */
export const describeChange = ({ kind, gatewayId, kitId, detail, refused }: Change): string =>
  `${signs[kind]} ${gatewayId}${kitId ? `/${kitId}` : ''}: ${detail}${refused ? `${notNow}${refused}` : ''}`;

const notNow = '. NOT NOW: ';

/** Whether a line of {@link describeChange} is about a change that was refused. */
export const isRefusedLine = (line: string): boolean => line.includes(notNow);

const signs: Readonly<Record<ChangeKind, string>> = {
  CREATE_SECRET: '+ secret',
  RESTORE_SECRET: '+ secret',
  ADD_GATEWAY: '+ gateway',
  UPDATE_GATEWAY: '~ gateway',
  GROW_SHARDS: '~ shards',
  ADD_KIT: '+ kit',
  UPDATE_KIT: '~ kit',
  RETIRE_KIT: '- kit',
  SET_SCHEDULE: '~ schedule',
  CLEAR_SCHEDULE: '- schedule',
  BEGIN_BOOTSTRAP: '> rotation',
  RETIRE_GATEWAY: '- gateway',
};

/** The secret that the record names, under whatever name; of a gateway without a record, the one that it will have. */
const secretIdOf = (
  { secretPrefix }: Needs,
  { gatewayId }: Pick<WantedGateway, 'gatewayId'>,
  gateway: Gateway | undefined,
): string => gateway?.secretArn ?? secretNameOf(secretPrefix, gatewayId);

const find = async (needs: Needs, gatewayId: GatewayId): Promise<FoundGateway> => {
  const gateway = await needs.gateways.read(gatewayId);
  const secret = await secretStateOf(needs, secretIdOf(needs, { gatewayId }, gateway));
  const kits: Kit[] = [];
  if (gateway) for await (const kit of needs.kits.all(gatewayId, gateway.shardCount)) kits.push(kit);
  return { kits, secret, ...(gateway ? { gateway } : {}) };
};

/** Secret, record, configuration, kits, first rotation: in this order nothing that is written needs what is not there yet. */
const applyGateway = async (
  needs: Needs,
  wanted: WantedGateway,
  found: FoundGateway,
  changes: readonly Change[],
  by: By,
): Promise<readonly Change[]> => {
  const { gatewayId } = wanted;
  const refusals = new Map<ChangeKind, string>();
  const note = (kind: ChangeKind, refusal: string | undefined): unknown => refusal && refusals.set(kind, refusal);
  const has = (kind: ChangeKind): boolean =>
    changes.some((change) => change.kind === kind && change.refused === undefined);

  if (has('RESTORE_SECRET') && found.gateway)
    await recordBesides(needs, gatewayId, by)('its secret, which was to be deleted, is restored');
  if (has('RESTORE_SECRET')) await needs.gatewaySecrets.restore(secretIdOf(needs, wanted, found.gateway));
  if (has('ADD_GATEWAY')) await register(needs, wanted, by);
  if (has('UPDATE_GATEWAY')) note('UPDATE_GATEWAY', await reconfigure(needs, wanted, undefined, by));
  if (has('GROW_SHARDS') && found.gateway) {
    const shardCount = shardCountFor(wanted.kits.length, found.gateway.shardCount);
    await copyIntoShards(needs, found, shardCount);
    note('GROW_SHARDS', await reconfigure(needs, wanted, shardCount, by));
  }
  await changeKits(needs, wanted, found, changes, by);
  if (has('BEGIN_BOOTSTRAP')) note('BEGIN_BOOTSTRAP', await beginBootstrap(needs, gatewayId, by));
  return changes.map((change) => {
    const refused = refusals.get(change.kind);
    return refused === undefined ? change : { ...change, refused };
  });
};

const retire = async (needs: Needs, gatewayId: GatewayId, by: By, plan: boolean): Promise<readonly Change[]> => {
  const gateway = await needs.gateways.read(gatewayId);
  if (!gateway) return [];
  const changes = compareAbsent(gateway);
  if (!plan && changes.length > 0) {
    const retired = await needs.gateways.apply(gatewayId, { kind: 'retire', ...by });
    if (retired.kind === 'refused') return changes.map((change) => ({ ...change, refused: retired.message }));
  }
  if (changes.some(({ refused }) => refused !== undefined)) return changes;
  // Every time: a crash may have come between. Its retirement is recorded.
  return [...changes, ...(await applySchedule(needs, { gatewayId }, gateway.secretArn, plan, async () => undefined))];
};
