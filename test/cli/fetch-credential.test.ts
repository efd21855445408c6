import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayId, manualKit, openSystem, type System } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

const me = 'arn:aws:iam::000000000000:user/operator';
let system: System;
let run: ReturnType<typeof cliOf>;
const folder = mkdtempSync(join(tmpdir(), 'fetch-'));

beforeAll(async () => {
  system = await openSystem({
    kits: [manualKit('one'), manualKit('two'), { ...manualKit('three'), owner: 'somebody else' }],
    telling: {
      owners: { 'one-team@example.com': { principals: [me] }, 'two-team@example.com': { principals: [me] } },
    },
  });
  run = cliOf(system);
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

const acknowledged = async (kitId: string): Promise<string | undefined> => {
  const { stores } = system.deployment;
  for await (const kit of stores.kits.all(gatewayId, 1)) if (kit.kitId === kitId) return kit.acknowledged?.credentialId;
  return undefined;
};
const valueNow = async (): Promise<string> =>
  system.credentialOf({ versionId: (await system.gateway()).currentVersionId } as never);

describe('kits fetch', () => {
  it('writes the credential into a new file of its owner alone, acknowledges it, and shows it nowhere', async () => {
    const path = join(folder, 'client-token');
    const fetched = await run(['kits', 'fetch', gatewayId, 'one', '--out', path, '--reason', 'installed by Kim']);
    const value = await valueNow();
    const { rotation } = await system.gateway();
    expect(fetched).toMatchObject({ exitCode: 0, out: 'Kit one is recorded to hold it.' });
    expect(readFileSync(path, 'utf8')).toBe(value);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await acknowledged('one')).toBe(rotation?.targetId);
    expect(JSON.stringify([fetched, system.logged, await system.audit()])).not.toContain(value);
    expect(await system.audit()).toContainEqual(
      expect.objectContaining({ kind: 'acknowledge-kit', actor: me, reason: 'installed by Kim' }),
    );
  });

  it('refuses a file that is there, and acknowledges nothing', async () => {
    const path = join(folder, 'client-token');
    const again = await run(['kits', 'fetch', gatewayId, 'two', '--out', path]);
    expect(again).toMatchObject({ exitCode: 2, said: expect.stringContaining('not there yet') });
    expect(await acknowledged('two')).toBeUndefined();
  });

  it('gives it to the standard input of a command, and acknowledges nothing when that fails', async () => {
    const path = join(folder, 'by-command');
    const failed = await run(['kits', 'fetch', gatewayId, 'two', '--exec', 'cat > /dev/null; exit 3']);
    expect(failed).toMatchObject({ exitCode: 1, said: expect.stringContaining('ended with 3') });
    expect(await acknowledged('two')).toBeUndefined();
    expect(await run(['kits', 'fetch', gatewayId, 'two', '--exec', `cat > ${path}`, '--only-fetch'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('Nothing was acknowledged.'),
    });
    expect(await acknowledged('two')).toBeUndefined();
    const given = await run(['kits', 'fetch', gatewayId, 'two', '--exec', `cat > ${path}`, '--json']);
    expect(JSON.parse(given.out)).toMatchObject({ format: 'gateway-credential-rotation/kit-fetch/v1', kitId: 'two' });
    expect(readFileSync(path, 'utf8')).toBe(await valueNow());
    expect(await acknowledged('two')).toBe((await system.gateway()).rotation?.targetId);
  });

  it('refuses a kit of somebody else, and one that is not there, alike', async () => {
    for (const kitId of ['three', 'nobody']) {
      const path = join(folder, kitId);
      const refused = await run(['kits', 'fetch', gatewayId, kitId, '--out', path]);
      expect(refused).toMatchObject({
        exitCode: 1,
        said: expect.stringContaining(`Gateway orders has no kit ${kitId} for whose owner ${me} acts`),
      });
      expect(existsSync(path)).toBe(false);
    }
  });

  it('refuses both places, and none', async () => {
    expect((await run(['kits', 'fetch', gatewayId, 'one'])).exitCode).toBe(2);
    expect((await run(['kits', 'fetch', gatewayId, 'one', '--out', 'a', '--exec', 'b'])).exitCode).toBe(2);
  });
});
