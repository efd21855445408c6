import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { kitSecretsIn } from '../../lambdas/aws/kit-secrets.ts';
import { kitsIn } from '../../lambdas/aws/kits.ts';
import { publishTo } from '../../lambdas/aws/publish-events.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Plan } from '../../lambdas/domain/plan.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { beginRotation } from '../../lambdas/workflow/begin-rotation.ts';
import { reachOf } from '../kits/reach.ts';
import { freePort } from '../support/free-port.ts';
import { noPingOne } from '../support/no-pingone.ts';
import { gatewayId, manualKit, openFullAtRest, openRotated, type System, tagOfKits } from '../support/system.ts';

let system: System;
afterEach(() => system.close());

/** Starts an execution and waits for its end. */
const ended = async (input: object) => {
  const executionArn = await system.start({ gatewayId, reason: 'quarterly', ...input });
  const describe = () => system.deployment.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  await system.timers.runUntil(async () => (await describe()).status !== 'RUNNING', 60_000);
  return describe();
};
const planned = async (): Promise<Plan> => {
  const { status, output } = await ended({ plan: true });
  expect(status).toBe('SUCCEEDED');
  return (JSON.parse(output ?? '{}') as { plan: Plan }).plan;
};
/** Registers a webhook kit, as applying gateways.json would; nothing listens at its port. */
const addUnreachable = async (kitId: string) => {
  const url = `http://127.0.0.1:${await freePort()}/credential`;
  const signingSecret = `kits/${kitId}`;
  await system.deployment.secretsManager.send(
    new CreateSecretCommand({
      Name: signingSecret,
      SecretString: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      Tags: [tagOfKits],
    }),
  );
  await system.deployment.stores.kits.save(
    {
      gatewayId,
      kitId: kitId as KitId,
      kind: 'webhook',
      owner: 'mobile-team@example.com',
      traits: { installedBy: 'us', readBackProves: 'data-plane', propagationSeconds: 60 },
      lookBackSeconds: 60,
      settings: { url, readBackUrl: url, signingSecret },
      registeredAtMs: 1,
    },
    (await system.gateway()).shardCount,
  );
};

describe('a start with plan', () => {
  it('says what would happen: who has to act, what is retired, and when at the earliest', async () => {
    system = await openRotated({ kits: [manualKit('one'), manualKit('two')] });
    const [old] = (await system.gateway()).live;
    if (!old) throw new Error('Nothing is live.');
    await system.timers.advance(3_600_000);
    await system.ask(await system.credentialOf(old), 'two');
    const atMs = system.timers.now();
    expect(await planned()).toEqual({
      gatewayId,
      at: new Date(atMs).toISOString(),
      mayStart: true,
      obstacles: [],
      kits: { total: 2, inUse: 1, idle: 1, waitForPeople: 2, slow: 0, unreachable: 0, notAsked: 0 },
      readBack: { matches: 0, differs: [], moreDiffer: 0, showNothing: 0 },
      attention: [
        {
          kitId: 'one',
          kind: 'manual',
          owner: 'one-team@example.com',
          isIdle: true,
          evidenceNeeded: 'acknowledged',
          propagationSeconds: 0,
          why: 'OWNER_INSTALLS',
        },
        {
          kitId: 'two',
          kind: 'manual',
          owner: 'two-team@example.com',
          lastSeenAt: new Date(atMs).toISOString(),
          isIdle: false,
          evidenceNeeded: 'observed',
          propagationSeconds: 0,
          why: 'OWNER_INSTALLS',
        },
      ],
      moreAttention: 0,
      ownKeys: [],
      moreOwnKeys: { total: 0, ending: 0, notLookedAt: 0 },
      unregisteredSources: 0,
      retires: [old.credentialId],
      notOurs: [],
      earliestRevokeAt: new Date(atMs + 5_000).toISOString(),
      deadlineAt: new Date(atMs + 604_800_000).toISOString(),
      atDeadline: 'hold',
    });
    expect((await system.gateway()).rotation).toBeUndefined();
  });

  it('asks no kit at a host that the deployment does not allow, whatever the record says', async () => {
    system = await openRotated();
    await addUnreachable('mobile');
    const { obstacles } = await planned();
    expect(obstacles).toMatchObject([
      {
        message: expect.stringMatching(
          /given the host 127\.0\.0\.1; this deployment allows no host at all.*Nothing was sent\.$/,
        ),
      },
    ]);
  });

  it('writes nothing at all', async () => {
    system = await openRotated();
    await addUnreachable('mobile');
    const settings = clientSettings({ environment: system.deployment.cloud.operator });
    const dynamodb = new DynamoDBClient(settings);
    const secretsManager = new SecretsManagerClient(settings);
    const events = new EventBridgeClient(settings);
    const sent: string[] = [];
    const seen = (commandName: unknown) => void sent.push(String(commandName));
    const spied = { step: 'initialize', name: 'spied' } as const;
    dynamodb.middlewareStack.add((next, { commandName }) => {
      seen(commandName);
      return next;
    }, spied);
    secretsManager.middlewareStack.add((next, { commandName }) => {
      seen(commandName);
      return next;
    }, spied);
    events.middlewareStack.add((next, { commandName }) => {
      seen(commandName);
      return next;
    }, spied);
    const { gatewaysTable, useTable, eventBus } = system.deployment.cloud.outputs;
    const needs = {
      gateways: gatewaysIn(dynamodb, gatewaysTable, publishTo(events, eventBus), system.timers.now),
      kits: kitsIn(dynamodb, gatewaysTable),
      uses: usesIn(dynamodb, useTable),
      secretVersions: secretVersionsIn(secretsManager),
      kitSecrets: kitSecretsIn(secretsManager),
      pingOne: noPingOne,
      kitReach: reachOf(['127.0.0.1'], { hosts: { allowed: ['127.0.0.1'], mayBeLocal: true } }),
      now: system.timers.now,
      log: () => undefined,
    };
    const before = await system.gateway();
    const input = { gatewayId, reason: 'quarterly', plan: true };
    expect(await beginRotation(needs, { executionArn: 'arn', input })).toMatchObject({ next: 'PlanReady' });
    for (const client of [dynamodb, secretsManager, events]) client.destroy();
    expect([...new Set(sent)].toSorted()).toEqual([
      'DescribeSecretCommand',
      'GetItemCommand',
      'GetSecretValueCommand',
      'QueryCommand',
    ]);
    expect(await system.gateway()).toEqual(before);
    expect(system.messages.filter(({ subject }) => !subject?.startsWith('Install'))).toEqual([]);
  });

  it('names a kit that cannot be reached, and the real start refuses for it', async () => {
    const probeUrl = 'http://127.0.0.1:1/'; // lets kits have this host
    system = await openRotated({ kits: [{ ...manualKit('one'), probeUrl }] });
    await addUnreachable('mobile');
    const plan = await planned();
    expect(plan).toMatchObject({ mayStart: false, kits: { unreachable: 1 } });
    expect(plan).not.toHaveProperty('earliestRevokeAt');
    expect(plan.obstacles).toEqual([
      { code: 'KIT_UNREACHABLE', message: expect.stringMatching(/^Kit mobile: Asking the webhook which credential/) },
    ]);
    expect(plan.attention[0]).toMatchObject({ kitId: 'mobile', why: 'UNREACHABLE', owner: 'mobile-team@example.com' });
    expect(await ended({})).toMatchObject({ status: 'FAILED', error: 'RotationRefused' });
    expect((await system.gateway()).rotation).toBeUndefined();
    expect(JSON.stringify(plan)).not.toMatch(/gwc_/);
  });

  it('says that five live credentials leave no room, and the real start refuses for it', async () => {
    system = await openFullAtRest();
    expect((await planned()).obstacles).toMatchObject([{ code: 'TOO_MANY_LIVE' }]);
    expect(await ended({})).toMatchObject({ status: 'FAILED', error: 'RotationRefused' });
  });

  it('says that a rotation runs already', async () => {
    system = await openRotated();
    await system.start({ gatewayId, reason: 'first' });
    await system.until(({ rotation }) => rotation !== undefined);
    expect((await planned()).obstacles).toMatchObject([{ code: 'ROTATION_RUNNING' }]);
  });
});
