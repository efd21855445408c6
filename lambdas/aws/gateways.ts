import { setTimeout as pause } from 'node:timers/promises';
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { flushed, unpublishedFrom } from '../domain/attempt.ts';
import type { Decision, Refusal } from '../domain/decision.ts';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { Gateway, Transition } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { type Command, transition } from '../domain/transition.ts';
import { readAudit, writeAudit } from './audit.ts';
import { ConditionLost, callDynamoDb } from './dynamodb.ts';
import { atRevision, gatewayItem, isNew, readGateway } from './gateway-item.ts';
import { listGateways } from './records.ts';

/** What a command did: the record as it is now, and whether this call changed it; or the refusal. */
export type Applied = { readonly kind: 'applied'; readonly gateway: Gateway; readonly changed: boolean } | Refusal;

/** The gateway records: the only way to read and change them. */
export type Gateways = {
  /** Strongly consistent; throws {@link TemporarilyUnavailable}. */
  read(gatewayId: GatewayId): Promise<Gateway | undefined>;
  /** Adds a record; false when the gateway is registered already. */
  register(gateway: Gateway): Promise<boolean>;
  /**
   * Reads, decides and saves by one write on condition of the revision; after a lost race, again from the read, a few times.
   * With `untilMs` (epoch ms) as often as there is time, and then also after a read or a write without a clear answer.
   * `decide` may answer `undefined`: then nothing is to do. Throws {@link TemporarilyUnavailable} for an unknown gateway too.
   */
  apply(
    gatewayId: GatewayId,
    decide: Command | ((gateway: Gateway) => Command | undefined),
    untilMs?: number,
  ): Promise<Applied>;
  /**
   * Copies what is in the outbox to the audit, publishes it, and drops it from the record. What cannot be published stays
   * named by `unpublishedFrom`, and the next flush publishes it from the audit: a lost event bus stops no rotation.
   */
  flush(gateway: Gateway): Promise<Gateway>;
  /** Every registered gateway; found through the index, so one registered this second may be missing. */
  list(): AsyncGenerator<GatewayId>;
};

const races = 10;

/** Longer after each lost race, and different for each writer, so that they do not meet again. */
const backOffMs = (tries: number): number => Math.random() * Math.min(200, 5 * 2 ** tries);

export const gatewaysIn = (
  dynamodb: DynamoDBClient,
  table: string,
  publish: (gatewayId: GatewayId, transitions: readonly Transition[]) => Promise<void>,
  now: () => number,
): Gateways => {
  const put = (gateway: Gateway, condition: string, revision?: number): Promise<unknown> =>
    callDynamoDb(
      `Saving gateway ${gateway.gatewayId}`,
      dynamodb.send(
        new PutItemCommand({
          TableName: table,
          Item: gatewayItem(gateway),
          ConditionExpression: condition,
          ...(revision === undefined ? {} : { ExpressionAttributeValues: { ':revision': { N: `${revision}` } } }),
        }),
      ),
    );
  const read = (gatewayId: GatewayId): Promise<Gateway | undefined> =>
    callDynamoDb(`Reading gateway ${gatewayId}`, readGateway(dynamodb, table, gatewayId));

  /** The first revision that could not be published; `undefined` when everything was. */
  const published = async (gateway: Gateway): Promise<number | undefined> => {
    const from = unpublishedFrom(gateway);
    if (from === undefined) return undefined;
    try {
      const news = from === gateway.outbox[0]?.revision ? gateway.outbox : [];
      if (news.length > 0) await publish(gateway.gatewayId, news);
      else
        for await (const one of readAudit(dynamodb, table, gateway.gatewayId, from))
          await publish(gateway.gatewayId, [one]);
      return undefined;
    } catch (error) {
      if (error instanceof TemporarilyUnavailable) return from;
      throw error;
    }
  };

  const flush = async (gateway: Gateway): Promise<Gateway> => {
    if (unpublishedFrom(gateway) === undefined) return gateway;
    await writeAudit(dynamodb, table, gateway.gatewayId, gateway.outbox);
    const after = flushed(gateway, gateway.revision, await published(gateway));
    try {
      await put(after, atRevision, gateway.revision);
      return after;
    } catch (error) {
      if (error instanceof ConditionLost) return gateway; // a later writer carries the entries on; copying them twice changes nothing
      throw error;
    }
  };

  const applyOnce = async (
    gatewayId: GatewayId,
    decide: Command | ((gateway: Gateway) => Command | undefined),
  ): Promise<Applied> => {
    const stored = await read(gatewayId);
    if (!stored) throw new TemporarilyUnavailable(`Gateway ${gatewayId} is not registered.`);
    const command = typeof decide === 'function' ? decide(stored) : decide;
    if (command === undefined) return { kind: 'applied', gateway: stored, changed: false };
    const before = command.kind === 'compromise' ? stored : await flush(stored); // nothing may stand in the way of the button
    const decision: Decision = transition(before, command, now());
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'unchanged') return { kind: 'applied', gateway: before, changed: false };
    await put(decision.gateway, atRevision, before.revision);
    const gateway = await flush(decision.gateway).catch(() => decision.gateway); // the reconciler flushes what this could not
    return { kind: 'applied', gateway, changed: true };
  };

  const apply: Gateways['apply'] = async (gatewayId, decide, untilMs) => {
    for (let tries = 1; ; tries++) {
      try {
        return await applyOnce(gatewayId, decide);
      } catch (error) {
        const isRace = error instanceof ConditionLost;
        const isWorthIt = isRace || (untilMs !== undefined && error instanceof TemporarilyUnavailable);
        if (!isWorthIt) throw error;
        if (untilMs === undefined ? tries < races : now() < untilMs) await pause(backOffMs(tries));
        else if (isRace)
          throw new TemporarilyUnavailable(`Gateway ${gatewayId}: ${tries} writers were faster; try again.`);
        else throw error;
      }
    }
  };

  return {
    read,
    apply,
    flush,
    register: async (gateway) => {
      try {
        await put(gateway, isNew);
      } catch (error) {
        if (error instanceof ConditionLost) return false;
        throw error;
      }
      await flush(gateway).catch(() => gateway);
      return true;
    },
    list: () => listGateways(dynamodb, table),
  };
};
