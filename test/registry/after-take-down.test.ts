import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';

/** As `docs/aws.md` says to do it, with two deployments of which the first plays the one that was taken down. */
describe('Deployed again after a take-down', () => {
  let kept: System;
  let system: System;
  beforeEach(async () => {
    kept = await openRotated();
    system = await openRotated({ kits: [] });
  });
  afterEach(async () => {
    await kept.close();
    await system.close();
  });

  const credentialOf = async (of: System): Promise<string> => {
    const [live] = (await of.gateway()).live;
    if (!live) throw new Error('The gateway has no credential.');
    return of.credentialOf(live);
  };
  /** Puts what is current in the kept secret into the new one, under a label of its own, and adopts it. */
  const takeOver = async (): Promise<unknown> => {
    const { SecretString } = await kept.deployment.secretsManager.send(
      new GetSecretValueCommand({ SecretId: (await kept.gateway()).secretArn }),
    );
    const { VersionId: versionId } = await system.deployment.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: (await system.gateway()).secretArn,
        SecretString,
        VersionStages: ['taken-over'],
      }),
    );
    const { credentialId } = JSON.parse(SecretString ?? '{}') as { credentialId: string };
    return system.call('operate', {
      command: 'adopt',
      gatewayId,
      credentialId,
      versionId,
      actor: 'ann',
      reason: 'it was deployed again',
    });
  };

  it('the kept policy check and the new one know their own credentials only', async () => {
    expect(await kept.ask(await credentialOf(kept))).toBe(200);
    expect(await system.ask(await credentialOf(kept))).toBe(401);
    expect(await kept.ask(await credentialOf(system))).toBe(401);
  });

  it('takes over the credential that kits have, so that they change their Service URL without a refused request, and rotates it away', async () => {
    const old = await credentialOf(kept);
    expect(await takeOver()).toMatchObject({ result: 'DONE' });
    expect(await kept.ask(old)).toBe(200);
    expect(await system.ask(old)).toBe(200);

    await system.applyGateways([
      {
        gatewayId,
        authority: { kind: 'builtin' },
        decision: { kind: 'allow-all' },
        policy: (await system.gateway()).policy,
        kits: [manualKit('one')],
      },
    ]);
    await system.start({ gatewayId, reason: 'it was deployed again' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    expect(await system.ask(old)).toBe(200);
    await system.timers.advance(61_000); // its look-back
    await system.acknowledge();
    await system.until(({ rotation }) => rotation === undefined);
    expect(await system.ask(old)).toBe(401);
    expect(await system.ask(await credentialOf(system))).toBe(200);
  });
});
