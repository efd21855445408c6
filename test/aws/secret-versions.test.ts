import { CreateSecretCommand, DescribeSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { CurrentMovedElsewhere, StepFailed } from '../../lambdas/domain/failure.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { liveLabel, placeholder } from '../../lambdas/domain/secret-text.ts';
import { mintIn, openEmulated } from './emulated.ts';

const first = '11111111-1111-4111-8111-111111111111';
const second = '22222222-2222-4222-8222-222222222222';

let emulated: Awaited<ReturnType<typeof openEmulated>>;
let secretArn: string;
let placeholderVersion: string;
let count = 0;
beforeAll(async () => {
  emulated = await openEmulated();
});
afterAll(() => emulated.close());
beforeEach(async () => {
  count += 1;
  const created = await emulated.secretsManager.send(
    new CreateSecretCommand({ Name: `gateway-credential/orders-${count}`, SecretString: placeholder }),
  );
  secretArn = created.ARN ?? '';
  placeholderVersion = created.VersionId ?? '';
});
const stages = async () =>
  (await emulated.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }))).VersionIdsToStages;

describe('The secret versions', () => {
  it('promotes only from the version that the record names, and a second time does nothing', async () => {
    const secretVersions = secretVersionsIn(emulated.secretsManager);
    await mintIn(secretVersions, secretArn, first);
    await secretVersions.promote(secretArn, first, [placeholderVersion]);
    await secretVersions.promote(secretArn, first, [placeholderVersion]);
    expect((await stages())?.[first]).toContain('AWSCURRENT');
  });

  it('refuses to promote over a value that somebody put by hand, and a compromise may', async () => {
    const secretVersions = secretVersionsIn(emulated.secretsManager);
    await mintIn(secretVersions, secretArn, first);
    await emulated.secretsManager.send(
      new PutSecretValueCommand({ SecretId: secretArn, ClientRequestToken: second, SecretString: '{"by":"hand"}' }),
    );
    await expect(secretVersions.promote(secretArn, first, [placeholderVersion])).rejects.toThrow(CurrentMovedElsewhere);
    expect((await stages())?.[second]).toContain('AWSCURRENT');
    await secretVersions.promote(secretArn, first, undefined);
    expect((await stages())?.[first]).toContain('AWSCURRENT');
  });

  it('releases the live label of what nobody needs, once or twice, and no other', async () => {
    const secretVersions = secretVersionsIn(emulated.secretsManager);
    const { credentialId } = await mintIn(secretVersions, secretArn, first);
    const alive = await mintIn(secretVersions, secretArn, second);
    const asked: string[][] = [];
    const isDone =
      async () =>
      (...version: [string, string]) =>
        asked.push(version) > 0 && version[0] === credentialId;
    await secretVersions.release(secretArn, isDone);
    await secretVersions.release(secretArn, isDone);
    expect(asked).toContainEqual([credentialId, first]);
    expect(await stages()).toEqual({ [placeholderVersion]: ['AWSCURRENT'], [second]: [liveLabel(alive.credentialId)] });
  });

  it('releases no label of the version under AWSCURRENT: a record that does not know it is older than the secret', async () => {
    const secretVersions = secretVersionsIn(emulated.secretsManager);
    const { credentialId } = await mintIn(secretVersions, secretArn, first);
    await secretVersions.promote(secretArn, first, [placeholderVersion]);
    await secretVersions.release(secretArn, async () => () => true);
    expect((await stages())?.[first]).toContain(liveLabel(credentialId));
  });

  it.each(['AccessDeniedException', 'LimitExceededException', 'InvalidParameterException'])(
    'does not ask again for what can never succeed (%s)',
    async (name) => {
      const send = async (command: object) => {
        if (command instanceof PutSecretValueCommand) throw Object.assign(new Error('marked-secret'), { name });
        throw Object.assign(new Error(), { name: 'ResourceNotFoundException' });
      };
      const secretVersions = secretVersionsIn({ send } as unknown as Parameters<typeof secretVersionsIn>[0]);
      const error = await mintIn(secretVersions, secretArn, first).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(StepFailed);
      expect(String(error)).toMatch(new RegExp(`^(?!.*marked-secret).*${name}`));
    },
  );

  it('refuses the placeholder and every other value that is no credential, without repeating it', async () => {
    const secretVersions = secretVersionsIn(emulated.secretsManager);
    await expect(secretVersions.readVersion(secretArn, placeholderVersion)).rejects.toThrow(StepFailed);
    await emulated.secretsManager.send(
      new PutSecretValueCommand({ SecretId: secretArn, ClientRequestToken: second, SecretString: 'marked-secret' }),
    );
    await expect(secretVersions.readVersion(secretArn, second)).rejects.toThrow(
      /^(?!.*marked-secret).*does not hold a credential/,
    );
  });

  it('answers undefined for a version that does not exist', async () => {
    expect(await secretVersionsIn(emulated.secretsManager).readVersion(secretArn, first)).toBeUndefined();
  });

  describe('of a gateway whose secret is gone', () => {
    const gone = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gateway-credential/before/orders-abcdef';
    const gatewayId = 'orders' as GatewayId;

    it('are in one of the name that this deployment gives it, whatever the name was before: made once, then found', async () => {
      const secretVersions = secretVersionsIn(emulated.secretsManager, { prefix: `gateway-credential/own-${count}/` });
      const made = await secretVersions.reopen(gone, gatewayId);
      expect(made).toMatchObject({ name: `gateway-credential/own-${count}/orders`, isBeingDeleted: false });
      expect((await secretVersions.reopen(gone, gatewayId)).arn).toBe(made.arn);
    });

    it('refuses to make one in a function that is not told how', async () => {
      await expect(secretVersionsIn(emulated.secretsManager).reopen(gone, gatewayId)).rejects.toThrow(
        /^The secret of gateway orders is gone/,
      );
    });
  });
});
