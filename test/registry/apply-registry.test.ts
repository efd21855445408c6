import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAudit } from '../../lambdas/aws/audit.ts';
import type { GatewayId, RotationId } from '../../lambdas/domain/ids.ts';
import { applyRegistry, describeChange } from '../../lambdas/registry/apply.ts';
import type { Registry } from '../../lambdas/registry/read-registry.ts';
import { all } from '../aws/emulated.ts';
import {
  bring,
  credentialId,
  install,
  instructed,
  nothing,
  nowMs,
  type Opened,
  openRegistry,
  orders,
} from './emulated-registry.ts';

const gatewayId = 'orders' as GatewayId;
const by = { actor: 'ann', reason: 'gateways.json was changed' };

let opened: Opened;
beforeEach(async () => {
  opened = await openRegistry();
});
afterEach(() => opened.close());

const apply = async (registry: Registry): Promise<string[]> =>
  (await applyRegistry(opened.needs, registry, by, { plan: false })).map(describeChange);
const plan = async (registry: Registry): Promise<string[]> =>
  (await applyRegistry(opened.needs, registry, by, { plan: true })).map(describeChange);
const gateway = async () => {
  const read = await opened.needs.gateways.read(gatewayId);
  if (!read) throw new Error('The gateway is not registered.');
  return read;
};
const kits = async () => all(opened.needs.kits.all(gatewayId, (await gateway()).shardCount));
const audit = async () =>
  (await all(readAudit(opened.dynamodb, opened.table, gatewayId, 0))).map(({ kind, actor, detail }) => ({
    kind,
    actor,
    ...(kind === 'kits-changed' ? { detail } : {}),
  }));

const rotationOf = async (): Promise<RotationId> => {
  const { rotation } = await gateway();
  if (!rotation) throw new Error('No rotation runs.');
  return rotation.rotationId;
};
const advance = (to: Parameters<typeof bring>[1]) => bring(opened.needs, to);

describe('Applying gateways.json', () => {
  it('registers a gateway with its secret and kits, and starts the bootstrap rotation', async () => {
    expect(await apply(orders(['one', 'two']))).toEqual([
      '+ secret orders: holds a placeholder until the first credential',
      '+ gateway orders: with 2 kits',
      '+ kit orders/one: manual; gets the first credential',
      '+ kit orders/two: manual; gets the first credential',
      '> rotation orders: a rotation makes its first credential',
    ]);
    const { secretArn, currentVersionId, live, rotation, shardCount } = await gateway();
    expect({ live, shardCount, trigger: rotation?.trigger }).toEqual({ live: [], shardCount: 1, trigger: 'bootstrap' });
    const secret = await opened.secretsManager.send(
      new GetSecretValueCommand({ SecretId: 'gateway-credential/orders' }),
    );
    expect(secret).toMatchObject({
      ARN: secretArn,
      VersionId: currentVersionId,
      SecretString: '{"state":"bootstrap"}',
    });
    const described = await opened.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
    expect(described.Tags).toEqual([{ Key: 'gateway-credential-rotation', Value: 'gateway' }]);
    expect(
      (await kits()).map(({ kitId, kind, owner, registeredAtMs }) => [kitId, kind, owner, registeredAtMs]),
    ).toEqual([
      ['one', 'manual', 'team', nowMs],
      ['two', 'manual', 'team', nowMs],
    ]);
    expect(opened.started).toEqual(['orders bootstrap 1']);
    expect((await audit()).slice(0, 3)).toEqual([
      { kind: 'register', actor: 'ann' },
      { kind: 'kits-changed', actor: 'ann', detail: { added: 2, changed: 0, retired: 0 } },
      { kind: 'begin', actor: 'ann' },
    ]);
  });

  it('changes nothing when nothing has changed', async () => {
    await apply(orders(['one']));
    const { revision } = await gateway();
    expect(await apply(orders(['one']))).toEqual([]);
    expect((await gateway()).revision).toBe(revision);
  });

  it('only reads when it plans', async () => {
    await apply(orders(['one', 'two']));
    await opened.secretsManager.send(new DeleteSecretCommand({ SecretId: 'gateway-credential/orders' }));
    opened.calls.made = [];
    expect(await plan(orders(['two', 'three'], { serveStaleSeconds: 5 }, 'others'))).toEqual([
      '+ secret orders: it is scheduled for deletion',
      '~ gateway orders: serveStaleSeconds 0 becomes 5',
      '~ kit orders/two: owner',
      '+ kit orders/three: manual; the running rotation takes it in',
      '- kit orders/one: it is not in the file any more',
    ]);
    await plan(nothing);
    expect(new Set(opened.calls.made)).toEqual(new Set(['GetItemCommand', 'QueryCommand', 'DescribeSecretCommand']));
    expect(opened.started).toHaveLength(1);
  });

  it('takes a kit that appears during a rotation into it: what was verified before is verified again', async () => {
    await apply(orders(['one']));
    await advance('VERIFIED');
    const { revision } = await gateway();
    expect(await apply(orders(['one', 'two']))).toEqual(['+ kit orders/two: manual; the running rotation takes it in']);
    const after = await gateway();
    expect(after.rotation?.stage).toBe('DISTRIBUTED');
    expect(after.revision).toBeGreaterThan(revision);
    expect((await all(opened.needs.kits.ofShard(gatewayId, 0, 1))).map(({ kitId }) => kitId)).toEqual(['one', 'two']);
  });

  it('has a kit given the credential again when its settings changed during a rotation', async () => {
    await apply(instructed('there'));
    await advance('DISTRIBUTED');
    await install(opened.needs);
    expect(await apply(instructed('there'))).toEqual([]);
    expect((await kits())[0]?.work?.state).toBe('INSTALLED');
    expect(await apply(instructed('here'))).toEqual(['~ kit orders/one: settings']);
    expect(await kits()).toMatchObject([
      { settings: { instructions: 'here' }, work: { state: 'PENDING', credentialId } },
    ]);
  });

  it('says that a kit which is added between rotations waits for the next one', async () => {
    await apply(orders(['one']));
    await advance('COMPLETED');
    expect(await apply(orders(['one', 'two']))).toEqual([
      '+ kit orders/two: manual; gets a credential with the next rotation',
    ]);
    expect((await gateway()).rotation).toBeUndefined();
    expect(opened.started).toHaveLength(1);
  });

  it('retires kits that vanish, and takes them back', async () => {
    await apply(orders(['one', 'two']));
    expect(await apply(orders(['one']))).toEqual(['- kit orders/two: it is not in the file any more']);
    expect((await all(opened.needs.kits.ofShard(gatewayId, 0, 1))).map(({ kitId }) => kitId)).toEqual(['one']);
    expect(await apply(orders(['one']))).toEqual([]);
    await apply(orders(['one', 'two']));
    expect((await all(opened.needs.kits.ofShard(gatewayId, 0, 1))).map(({ kitId }) => kitId)).toEqual(['one', 'two']);
  });

  it('refuses to retire a gateway in rotation, retires it after that, and keeps the secret with its live credential', async () => {
    await apply(orders(['one']));
    const rotationId = await rotationOf();
    expect(await apply(nothing)).toEqual([
      `- gateway orders: it is not in the file any more; its secret stays. NOT NOW: Gateway orders is in rotation ${rotationId}: it can be retired after that.`,
    ]);
    await advance('COMPLETED');
    opened.calls.made = [];
    const retired = await plan(nothing);
    expect(new Set(opened.calls.made)).toEqual(new Set(['GetItemCommand', 'QueryCommand', 'DescribeSecretCommand']));
    expect(await apply(nothing)).toEqual(retired);
    expect(retired).toEqual([
      '- gateway orders: it is not in the file any more; its secret and 1 live credentials stay until somebody revokes them',
    ]);
    expect((await gateway()).retiredAtMs).toBe(nowMs);
    expect(await apply(nothing)).toEqual([]);
    const { SecretList } = await opened.secretsManager.send(new ListSecretsCommand({}));
    expect(SecretList?.map(({ Name, DeletedDate }) => [Name, DeletedDate])).toEqual([
      ['gateway-credential/orders', undefined],
    ]);
    expect(await apply(orders(['one']))).toEqual(['~ gateway orders: it was retired']);
    expect((await gateway()).retiredAtMs).toBeUndefined();
  });

  it('restores a secret that is scheduled for deletion, of a registered gateway and of a new one', async () => {
    await apply(orders(['one']));
    const { secretArn } = await gateway();
    await opened.secretsManager.send(new DeleteSecretCommand({ SecretId: secretArn }));
    expect(await apply(orders(['one']))).toEqual(['+ secret orders: it is scheduled for deletion']);
    const described = await opened.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
    expect(described.DeletedDate).toBeUndefined();
  });

  it('uses the secret that an earlier registration left, from the version that is current in it', async () => {
    await apply(orders(['one']));
    const { secretArn, currentVersionId } = await gateway();
    const second = await openRegistry();
    await opened.secretsManager.send(new DeleteSecretCommand({ SecretId: secretArn }));
    const needs = { ...second.needs, gatewaySecrets: opened.needs.gatewaySecrets };
    const changes = await applyRegistry(needs, orders(['one']), by, { plan: false });
    expect(changes.map(({ kind }) => kind)).toEqual(['RESTORE_SECRET', 'ADD_GATEWAY', 'ADD_KIT', 'BEGIN_BOOTSTRAP']);
    expect(await second.needs.gateways.read(gatewayId)).toMatchObject({ secretArn, currentVersionId });
    await second.close();
  });

  it('refuses to go on with a gateway whose secret is gone for good, and says what to do', async () => {
    await apply(orders(['one']));
    await advance('COMPLETED');
    const { secretArn } = await gateway();
    await opened.secretsManager.send(
      new DeleteSecretCommand({ SecretId: secretArn, ForceDeleteWithoutRecovery: true }),
    );
    expect(await apply(orders(['one']))).toEqual([
      '+ secret orders: its 1 live credentials were in the one that is gone. NOT NOW: The record names a secret that was deleted for good. Run "recover orders": then adopt a value that a kit still holds, or rotate.',
    ]);
    expect((await opened.secretsManager.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
  });

  it('spreads more than 100 kits over more shards, but not while a rotation runs, and never over fewer', async () => {
    const many = Array.from({ length: 150 }, (_, index) => `kit-${index}`);
    await apply(orders(['kit-0']));
    expect((await apply(orders(many))).filter((line) => line.startsWith('~ shards'))).toEqual([
      `~ shards orders: 1 become 2 for 150 kits. NOT NOW: Rotation ${await rotationOf()} is running: shards change after it; until then they hold more kits.`,
    ]);
    expect(await kits()).toHaveLength(150);
    await advance('COMPLETED');
    expect(await apply(orders(many))).toEqual(['~ shards orders: 1 become 2 for 150 kits']);
    expect((await gateway()).shardCount).toBe(2);
    expect((await kits()).map(({ kitId }) => kitId).sort()).toEqual([...many].sort());
    expect((await all(opened.needs.kits.ofShard(gatewayId, 1, 2))).length).toBeGreaterThan(50);
    await apply(orders(['kit-0']));
    expect((await gateway()).shardCount).toBe(2);
  });
});
