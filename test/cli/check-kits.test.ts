import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orders } from '../iam/playing.ts';
import { gatewayId, manualKit, openSystem, type System, tagOfKits } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

const reader = {
  ...manualKit('reader'),
  kind: 'secrets-manager',
  settings: { secretId: 'kits/reader', propagationSeconds: 1 },
};
let system: System;
let run: ReturnType<typeof cliOf>;
let folder: string;

beforeAll(async () => {
  system = await openSystem({ kits: [reader, manualKit('one')] });
  const secret = { Name: 'kits/reader', SecretString: 'none yet', Tags: [tagOfKits] };
  await system.deployment.secretsManager.send(new CreateSecretCommand(secret));
  await system.timers.advance(10_000);
  await system.finish();
  run = cliOf(system);
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

const checked = async () => {
  const { exitCode, out } = await run('kits check --json');
  return { exitCode, ...(JSON.parse(out) as { gateways: readonly object[]; differ: number; notSaid: number }) };
};

describe('kits check', () => {
  it('ends with 0 when every kit that can be asked holds the current credential', async () => {
    const { revision } = await system.gateway();
    expect(await checked()).toMatchObject({
      ...{ exitCode: 0, differ: 0, notSaid: 0 },
      gateways: [{ gatewayId, result: 'SAME', matches: 1, differs: [], nothingToAsk: 1 }],
    });
    expect((await run('kits check orders')).out).toBe(
      'orders: 1 hold the current credential, 1 cannot be asked.\nNo kit differs that can be asked.',
    );
    expect((await system.gateway()).revision).toBe(revision);
  });

  it('looks past kits of a rotation that runs, and says so', async () => {
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    expect(await checked()).toMatchObject({ exitCode: 0, gateways: [{ result: 'ROTATION_RUNS' }] });
    await system.finish();
  });

  it('ends with 2 and names who differs, when somebody wrote another credential into a kit', async () => {
    const other = { SecretId: 'kits/reader', SecretString: 'gwc_of_somebody_else' };
    await system.deployment.secretsManager.send(new PutSecretValueCommand(other));
    expect(await checked()).toMatchObject({
      ...{ exitCode: 2, differ: 1, notSaid: 0 },
      gateways: [
        {
          ...{ gatewayId, result: 'DIFFERS', matches: 0, moreDiffer: 0 },
          differs: [{ kitId: 'reader', kind: 'secrets-manager', owner: 'reader-team@example.com' }],
        },
      ],
    });
    const { exitCode, out } = await run('kits check');
    expect({ exitCode, out }).toEqual({
      exitCode: 2,
      out: expect.stringContaining('  DIFFERS reader (secrets-manager, reader-team@example.com)'),
    });
    expect(out).not.toContain('somebody_else');
  });

  it('ends with 1 when a kit does not show what it holds: that is not "none differs"', async () => {
    const gone = { SecretId: 'kits/reader', ForceDeleteWithoutRecovery: true };
    await system.deployment.secretsManager.send(new DeleteSecretCommand(gone));
    expect(await checked()).toMatchObject({
      ...{ exitCode: 1, differ: 0, notSaid: 1 },
      gateways: [{ result: 'NOT_SAID', notAnswered: 1 }],
    });
  });

  it('refuses a gateway that is not there, and a wrong command line, with 1: 2 says that a kit differs', async () => {
    expect(await run('kits check nowhere')).toMatchObject({ exitCode: 1, out: '' });
    expect(await run('kits check --wrong')).toMatchObject({ exitCode: 1, out: '' });
  });
});

describe('apply --plan --detailed-exit-code', () => {
  const file = (gateways: readonly object[]): string => {
    const path = join(folder, 'gateways.json');
    writeFileSync(path, JSON.stringify({ gateways }));
    return path;
  };
  const plan = (path: string) => run(['apply', path, '--plan', '--detailed-exit-code']);

  it('ends with 0 when nothing would change, and with 2 when something would, which is not done', async () => {
    expect(await plan(file([orders({ kits: [reader, manualKit('one')] })]))).toMatchObject({
      ...{ exitCode: 0, out: 'Nothing is to be changed.' },
    });
    const { revision } = await system.gateway();
    const changed = await plan(file([orders({ kits: [reader, manualKit('one'), manualKit('two')] })]));
    expect(changed).toMatchObject({
      exitCode: 2,
      out: expect.stringMatching(/two[\s\S]*1 change would be applied\.$/),
    });
    expect((await system.gateway()).revision).toBe(revision);
    expect((await run('kits list orders')).out).not.toContain('two-team');
  });

  it('without --detailed-exit-code ends with 0 either way', async () => {
    const path = file([orders({ kits: [reader, manualKit('two')] })]);
    expect(await run(['apply', path, '--plan'])).toMatchObject({ exitCode: 0 });
  });

  it('refuses with 1 whatever cannot be planned: 2 says that something would change', async () => {
    expect(await plan(file([orders({ colour: 'red' })]))).toMatchObject({ exitCode: 1, out: '' });
    expect(await plan(join(folder, 'none.json'))).toMatchObject({ exitCode: 1, out: '' });
    expect(await run(['apply', '--detailed-exit-code'])).toMatchObject({ exitCode: 1, out: '' });
    const { exitCode, out } = await run([
      'apply',
      join(folder, 'none.json'),
      '--plan',
      '--detailed-exit-code',
      '--json',
    ]);
    expect({ exitCode, json: JSON.parse(out) }).toMatchObject({ exitCode: 1, json: { exitCode: 1 } });
  });
});

describe('the ways on which nothing can be changed', () => {
  it('refuse what is not a plan, whoever asks', async () => {
    const asked = { actor: 'a', reason: 'b' };
    await expect(system.call('apply-registry:plan', { ...asked, plan: false })).rejects.toThrow('only plans');
    await expect(system.call('begin-rotation:plan', { input: { gatewayId, reason: 'b' } })).rejects.toThrow(
      'only plans',
    );
    expect((await system.gateway()).rotation).toBeUndefined();
  });
});
