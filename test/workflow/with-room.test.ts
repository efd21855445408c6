import { CreateSecretCommand, DescribeSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import type { RotationId } from '../../lambdas/domain/ids.ts';
import { createCredential } from '../../lambdas/workflow/create-credential.ts';
import { mintIn, openEmulated } from '../aws/emulated.ts';
import { inRotation, live, now } from '../domain/gateways.ts';
import { benchWith, step } from './doubles.ts';

const rotationId = '11111111-1111-4111-8111-111111111111' as RotationId;
const version = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
let emulated: Awaited<ReturnType<typeof openEmulated>>;
let secretArn: string;
let count = 0;
beforeAll(async () => {
  emulated = await openEmulated();
});
afterAll(() => emulated.close());
beforeEach(async () => {
  const Name = `gateway-credential/g-${++count}`;
  secretArn = (await emulated.secretsManager.send(new CreateSecretCommand({ Name, SecretString: 'none' }))).ARN ?? '';
});

const put = (at: number, label: string) =>
  emulated.secretsManager.send(
    new PutSecretValueCommand({
      ...{ SecretId: secretArn, ClientRequestToken: version(at), SecretString: `value ${at}` },
      VersionStages: [label],
    }),
  );
/** A compromise run that has to make a successor in the real secret; `c-a` is all that it still knows. */
const creating = () => {
  const bench = benchWith(
    inRotation('BEGUN', { rotationId, trigger: 'compromise' }, { secretArn, live: [live('c-a')] }),
  );
  const secretVersions = { ...secretVersionsIn(emulated.secretsManager), promote: async () => undefined };
  const policyCheck = { ask: async () => 'ACCEPTED' as const };
  const run = () => createCredential({ ...bench.dependencies, secretVersions, policyCheck }, { ...step, rotationId });
  return { bench, run };
};
const labels = async () =>
  Object.values(
    (await emulated.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }))).VersionIdsToStages ?? {},
  ).flat();

describe("at Secrets Manager's limit of 20 labels", () => {
  test('a successor is made all the same: labels of credentials that the record has forgotten are released', async () => {
    for (let at = 0; at < 18; at++) await put(at, `live-forgotten${at}`);
    await put(18, 'live-c-a');
    expect(await labels()).toHaveLength(20);
    const { bench, run } = creating();
    await run();
    const made = bench.record.rotation?.targetId;
    expect((await labels()).toSorted()).toEqual(['AWSCURRENT', 'live-c-a', `live-${made}`].toSorted());
  });

  test('refuses with the limit and what to do when the labels are not ours', async () => {
    for (let at = 0; at < 19; at++) await put(at, `theirs-${at}`);
    await expect(creating().run()).rejects.toThrow(/has 20 labels and Secrets Manager allows 20.*Take off labels/);
  });
});

test('refuses at the limit of 100 versions with its name and when it ends at the latest', async () => {
  for (let at = 0; at < 99; at++) await put(at, 'theirs');
  const until = new Date(now + 24 * 3_600_000).toISOString();
  const { bench, run } = creating();
  await expect(run()).rejects.toThrow(new RegExp(`limit of 100 versions.* at the latest at ${until}`));
  expect(bench.record.rotation?.targetId).toBeUndefined();
  await expect(mintIn(secretVersionsIn(emulated.secretsManager), secretArn, rotationId)).rejects.toThrow(/Limit/);
});
