import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gapsIn } from '../../../lambdas/domain/audit-chain.ts';
import { runMoveCommand } from '../../../lib/local/move/command.ts';
import { markMoved } from '../../../lib/local/move/moved-mark.ts';
import { gatewayId, manualKit, openRotated, openSystem, policy, type System } from '../../support/system.ts';

const here: System[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'move-'));
});
afterEach(async () => {
  for (const system of here.splice(0)) await system.close();
});
const kept = <Opened extends System>(system: Opened): Opened => {
  here.push(system);
  return system;
};
const at = (name: string): string => join(folder, name);
const openSource = async () => kept(await openRotated({ dataFolder: at('source') }));
/** The deployment that plays AWS: it has no gateway yet. */
const openTarget = async () => kept(await openSystem({ gateways: [], dataFolder: at('target') }));
const move = (...more: readonly string[]) =>
  runMoveCommand(['--data', at('source'), '--to-data', at('target'), '--reason', 'to AWS', ...more], {});
const orders = {
  ...{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy },
  kits: [manualKit('one')],
};
const credentialIn = async (system: System): Promise<string> =>
  system.credentialOf((await system.gateway()).live[0] ?? { versionId: '' });

describe('A move to another deployment', () => {
  it('lets kits keep their credential, keeps the history whole, and a rotation there completes', async () => {
    const source = await openSource();
    const value = await credentialIn(source);
    const history = await source.audit();
    const target = await openTarget();
    expect(await target.ask(value)).toBe(401);

    const said = await move();
    expect(said).toContain('orders: moved, 1 accepted, 1 kit');
    expect(said).not.toContain(value);
    expect([await target.ask(value), await source.ask(value)]).toEqual([200, 200]);
    expect(await credentialIn(target)).toBe(value);

    const moved = await target.audit();
    expect(moved.slice(0, history.length)).toEqual(history);
    expect(moved.at(-1)).toMatchObject({
      kind: 'move',
      actor: 'arn:aws:iam::000000000000:user/operator',
      reason: 'to AWS',
      detail: { evidencePublicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/) },
    });
    expect(gapsIn(moved)).toEqual([]);

    await target.applyGateways([orders]); // as the next deployment there does
    expect((await target.gateway()).rotation).toBeUndefined(); // no first credential: it has one
    await target.start({ gatewayId, reason: 'the first one there' });
    await target.until(({ rotation }) => rotation !== undefined);
    const rotated = await target.finish();
    expect(rotated.ended.at(-1)?.outcome).toBe('COMPLETED');
    expect([await target.ask(value), await target.ask(await credentialIn(target))]).toEqual([401, 200]);
  });

  it('lets nothing rotate where it came from, and still the button be pressed there', async () => {
    const source = await openSource();
    await openTarget();
    await move();
    await expect(source.start({ gatewayId, reason: 'still here' })).rejects.toThrow(
      /were moved to .*rotate and decide there/,
    );
    const { secretsManager } = source.deployment;
    const { secretArn } = await source.gateway();
    await expect(
      secretsManager.send(new RotateSecretCommand({ SecretId: secretArn, RotationLambdaARN: 'rotate-secret' })),
    ).rejects.toThrow(/were moved to/);
    const value = await credentialIn(source);
    const press = { gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' };
    await source.call('compromise', { ...press, rejectWithinSeconds: 0 });
    expect(await source.ask(value)).toBe(401);
  });

  it('says before what would be moved and what cannot be, and changes nothing', async () => {
    const source = await openSource();
    const target = await openTarget();
    const said = await move('--plan');
    expect(said).toMatch(/orders: would be moved, 1 accepted, 1 kit, \d+ entries of history/);
    expect((await source.gateway()).rotation).toBeUndefined();
    expect(said).toContain('Not moved: secrets that kits are reached with');
    expect(existsSync(at('source/moved.json'))).toBe(false);
    expect(await target.deployment.stores.gateways.read(gatewayId)).toBeUndefined();
    expect(readdirSync(at('source')).filter((name) => name.startsWith('backup-'))).toEqual([]);
  });

  it('goes on with one that ended half-way, and does nothing that is done', async () => {
    const source = await openSource();
    const value = await credentialIn(source);
    const target = await openTarget();
    await move();
    const { revision } = await target.gateway();
    expect(await move()).toContain('orders: is there, it was moved by an earlier try');
    expect((await target.gateway()).revision).toBe(revision);
    expect(await target.ask(value)).toBe(200);
  });

  it('refuses while a rotation runs, and leaves the machine as it was', async () => {
    const source = await openSource();
    await openTarget();
    await source.start({ gatewayId, reason: 'quarterly' });
    await source.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await expect(move()).rejects.toThrow(/The workflow runs here: wait for its end|a rotation runs/);
    expect(existsSync(at('source/moved.json'))).toBe(false);
    const { ended } = await source.finish();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
  });

  it('refuses a deployment that has a gateway of this name, and then moves nothing', async () => {
    await openSource();
    const target = kept(await openRotated({ dataFolder: at('target') }));
    const before = await target.gateway();
    await expect(move()).rejects.toThrow('Gateway orders: the other deployment has a gateway of this name already.');
    expect(existsSync(at('source/moved.json'))).toBe(false);
    expect(await target.gateway()).toEqual(before);
  });

  it('refuses a secret of this name that holds something else', async () => {
    const source = await openSource();
    const target = await openTarget();
    const { SecretPrefix } = await outputsOf(target);
    await target.deployment.secretsManager.send(
      new (await import('@aws-sdk/client-secrets-manager')).CreateSecretCommand({
        Name: `${SecretPrefix}${gatewayId}`,
        SecretString: 'of somebody else',
      }),
    );
    await expect(move()).rejects.toThrow(/has a secret .*orders with another value/);
    const found = await target.deployment.secretsManager.send(
      new GetSecretValueCommand({ SecretId: `${SecretPrefix}${gatewayId}` }),
    );
    expect(found.SecretString).toBe('of somebody else');
    expect(await source.ask(await credentialIn(source))).toBe(200);
    expect(existsSync(at('source/moved.json'))).toBe(false);
  });

  it('refuses a second place, once it has moved to a first one', async () => {
    await openSource();
    await openTarget();
    markMoved(at('source'), { to: 'arn:aws:cloudformation:eu-central-1:111111111111:stack/Other/1', atMs: 1 });
    await expect(move()).rejects.toThrow(/were moved to arn:aws:cloudformation:.*Other\/1 already/);
    await expect(move('--plan')).resolves.toContain('orders: would be moved');
  });

  it('refuses a stack that is not there, and says what to do', async () => {
    await openSource();
    await openTarget();
    await expect(move('--stack', 'Other')).rejects.toThrow(/There is no stack Other: deploy it first/);
    expect(existsSync(at('source/moved.json'))).toBe(false);
  });

  it.each([
    ['no reason', ['--data', 'x'], /move needs --reason TEXT/],
    ['an option that there is not', ['--dry-run'], /Unknown option '--dry-run'/],
    ['a machine that never ran', ['--reason', 'x', '--to-data', '/nowhere'], /no machine was started yet/],
  ])('refuses %s', async (_, args, message) => {
    await expect(runMoveCommand(args, {})).rejects.toThrow(message);
  });
});

const outputsOf = async (system: System): Promise<Record<string, string>> => {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const { clientSettings } = await import('../../../lambdas/runtime/client-settings.ts');
  const client = new CloudFormationClient(clientSettings(system.deployment.cloud.ofOperator));
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  return Object.fromEntries(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? []);
};
