import { DeleteSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { readAudit } from '../../lambdas/aws/audit.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { reconcile } from '../../lambdas/reconciler/reconcile.ts';
import { applyRegistry } from '../../lambdas/registry/apply.ts';
import type { Registry } from '../../lambdas/registry/read-registry.ts';
import { all } from '../aws/emulated.ts';
import { bring, type Calls, install, instructed, type Opened, openRegistry, orders } from './emulated-registry.ts';

const gatewayId = 'orders' as GatewayId;
const by = { actor: 'ann', reason: 'gateways.json was changed' };

const apply = ({ needs }: Opened, registry: Registry) => applyRegistry(needs, registry, by, { plan: false });

/** What is left when everything is done, without ids that differ from run to run. */
const outcome = async (opened: Opened) => {
  const gateway = await opened.needs.gateways.read(gatewayId);
  const kits = await all(opened.needs.kits.all(gatewayId, gateway?.shardCount ?? 1));
  const { SecretList } = await opened.secretsManager.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
  return {
    policy: gateway?.policy,
    rotation: gateway?.rotation && { trigger: gateway.rotation.trigger, attempt: gateway.rotation.attempt },
    secretIsTheRecords: SecretList?.[0]?.ARN === gateway?.secretArn,
    secrets: SecretList?.map(({ Name, DeletedDate }) => [Name, DeletedDate !== undefined]),
    kits: kits.map(({ kitId, owner, settings, work, retiredAtMs }) => ({
      kitId,
      owner,
      settings,
      state: work?.state,
      isRetired: retiredAtMs !== undefined,
    })),
    started: opened.started,
    recorded: [
      ...new Set((await all(readAudit(opened.dynamodb, opened.table, gatewayId, 0))).map(({ kind }) => kind)),
    ].sort(),
  };
};

/** Runs it once without a crash, then with a crash at every call to AWS, and expects the next run and the reconciler to end at the same. */
const convergesFromEveryCrash = async (
  crash: Calls['crash'],
  prepare: (opened: Opened) => Promise<unknown>,
  registry: Registry,
): Promise<number> => {
  const open = async () => {
    const opened = await openRegistry();
    await prepare(opened);
    opened.calls.made = [];
    return opened;
  };
  const straight = await open();
  await apply(straight, registry);
  const calls = [...straight.calls.made];
  const expected = await outcome(straight);
  await straight.close();
  for (const [index, call] of calls.entries()) {
    const opened = await open();
    opened.calls.crashAt = index + 1;
    opened.calls.crash = crash;
    await apply(opened, registry).catch(() => undefined);
    opened.calls.crashAt = undefined;
    await apply(opened, registry);
    const policyCheck = { ask: async () => 'REFUSED' as const };
    const uses = usesIn(opened.dynamodb, opened.table);
    await reconcile({ ...opened.needs, secretVersions: secretVersionsIn(opened.secretsManager), policyCheck, uses });
    expect(await outcome(opened), `killed ${crash} call ${index + 1}, ${call}`).toEqual(expected);
    expect(await apply(opened, registry)).toEqual([]);
    await opened.close();
  }
  return calls.length;
};

describe.each(['before', 'after'] as const)('Killed %s any call to AWS, applying again', (crash) => {
  it('registers a new gateway once, with one secret, its kits and its bootstrap rotation', async () => {
    expect(await convergesFromEveryCrash(crash, async () => undefined, orders(['one', 'two']))).toBeGreaterThan(15);
  });

  it('updates policy and kits and restores the secret', async () => {
    const prepare = async (opened: Opened) => {
      await apply(opened, orders(['one', 'two']));
      await opened.secretsManager.send(new DeleteSecretCommand({ SecretId: 'gateway-credential/orders' }));
    };
    const changed = orders(['two', 'three'], { serveStaleSeconds: 5 }, 'others');
    expect(await convergesFromEveryCrash(crash, prepare, changed)).toBeGreaterThan(15);
  });

  it('has a kit whose settings changed given the credential again', async () => {
    const prepare = async (opened: Opened) => {
      await apply(opened, instructed('there'));
      await bring(opened.needs, 'VERIFIED');
      await install(opened.needs);
    };
    expect(await convergesFromEveryCrash(crash, prepare, instructed('here'))).toBeGreaterThan(8);
  });
});
