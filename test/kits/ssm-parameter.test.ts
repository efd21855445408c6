import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { errorOf, installationOf, newer, older } from './installation.ts';
import { runWithRoles, type WithRoles } from './owners-roles.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('ssm-parameter');
const Name = '/kits/edge-1/credential';
const settings = { parameterName: Name, propagationSeconds: 300 };
const roleArn = 'arn:aws:iam::444455556666:role/rotation';
const byRole = { ...settings, roleArn, region: 'eu-west-1' };

let world: WithRoles;
beforeEach(async () => {
  world = await runWithRoles();
});
afterEach(() => world.close());

const tagged = (Value: string) => ({ Tags: [{ Key: 'gateway-credential-rotation', Value }] });
const create = (more: Partial<PutParameterCommandInput> = {}) =>
  world.ssm.send(
    new PutParameterCommand({ Name, Value: older.value, Type: 'SecureString', ...tagged('orders/edge-1'), ...more }),
  );
const overwrite = (Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  world.ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true, ...more }));
const current = async () => (await world.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter;
const latest = async () =>
  (await world.ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Values: [Name] }] })))
    .Parameters?.[0];
const install = (given: Record<string, unknown> = settings, credential = newer, access = world.access) =>
  kind.install(installationOf('ssm-parameter', given, credential), given, access);
const writes = () => world.calls.filter((call) => call.endsWith(' PutParameter')).length;

test('a parameter gets the credential as its text, once', async () => {
  await create();
  expect(await install()).toEqual({ state: 'INSTALLED' });
  await install();
  expect(await current()).toMatchObject({ Value: newer.value, Type: 'SecureString', Version: 2 });
});

test('its key, tier, description and pattern stay as they are', async () => {
  const own = { KeyId: 'alias/kits', Description: 'of edge-1', AllowedPattern: '^[\\w-]+$', Tier: 'Advanced' } as const;
  await create(own);
  await install();
  expect(await latest()).toMatchObject({ Version: 2, ...own });
});

test('they are those of the very version that was read, however many there were before', async () => {
  await create({ KeyId: 'alias/old' });
  for (let count = 0; count < 60; count += 1)
    await overwrite(older.value, { KeyId: 'alias/kits', Description: 'of edge-1' });
  await install();
  expect(await latest()).toMatchObject({ Version: 62, KeyId: 'alias/kits', Description: 'of edge-1' });
});

test('going back and forth in one rotation really writes each time', async () => {
  await create();
  await install(settings, newer);
  await install(settings, older);
  await install(settings, newer);
  expect(await current()).toMatchObject({ Value: newer.value, Version: 4 });
});

test('a write that had another one come between is told, and read again before it counts', async () => {
  await create();
  await overwrite('somebody else');
  const { parameters, signal } = world.access;
  const overTheFirst = parameters.write({ name: Name }, 1, newer.value, signal);
  expect(await errorOf(overTheFirst)).toMatchObject({ problem: 'CHANGED_MEANWHILE' });
  expect(await install()).toEqual({ state: 'INSTALLED' });
  expect(await current()).toMatchObject({ Value: newer.value, Version: 3 });
});

test('a value that somebody set back at once is found, and written again', async () => {
  await create();
  const { parameters } = world.access;
  let isFirst = true;
  const write: typeof parameters.write = async (...given) => {
    await parameters.write(...given);
    if (isFirst) await overwrite(older.value);
    isFirst = false;
  };
  await install(settings, newer, { ...world.access, parameters: { ...parameters, write } });
  expect(await current()).toMatchObject({ Value: newer.value, Version: 4 });
});

describe('refuses, and writes nothing,', () => {
  const refused = async (expected: object, given: Record<string, unknown> = settings) => {
    const before = writes();
    expect(await errorOf(install(given))).toMatchObject(expected);
    expect(writes()).toBe(before);
  };

  test('a parameter that is not there: none is ever made', async () => {
    await refused({ name: 'KitMisconfigured', code: 'SECRET_NOT_GIVEN' });
    await expect(current()).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });

  test.each(['payments', 'orders/edge-2', 'kit', 'gateway'])('one that is tagged %s', async (tag) => {
    await create(tagged(tag));
    await refused({
      code: 'SECRET_NOT_GIVEN',
      message: expect.stringContaining('not there, or not tagged gateway-credential-rotation=orders/edge-1'),
    });
  });

  test.each(['String', 'StringList'] as const)('a %s, which would show the credential', async (Type) => {
    await create({ Type });
    await refused({
      name: 'KitMisconfigured',
      code: 'SECRET_UNUSABLE',
      message: expect.stringMatching(/no SecureString.*Make a parameter of the type SecureString/),
    });
  });

  test('one whose role does not let us in', async () => {
    await create();
    world.refused.add('AssumeRole');
    await refused(
      { code: 'ACCESS_DENIED', message: expect.stringMatching(/role was not assumed.*trust policy/) },
      byRole,
    );
  });
});

test('refuses a value that the parameter does not take, and says where to look', async () => {
  await create({ AllowedPattern: '^gwc_' });
  const pattern = { ...installationOf('ssm-parameter', settings), value: `other${newer.value}` as typeof newer.value };
  expect(await errorOf(kind.install(pattern, settings, world.access))).toMatchObject({
    name: 'KitRefused',
    code: 'REQUEST_REFUSED',
    message: expect.stringMatching(/ParameterPatternMismatchException.*AllowedPattern/),
  });
});

test('refuses what we may not read, and names the deployment', async () => {
  await create();
  world.refused.add('GetParameter');
  expect(await errorOf(install())).toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringContaining('Name the parameter in the gateways.json of the deployment and deploy it'),
  });
});

test('one that is deleted while it is written is not made anew', async () => {
  await create();
  const { parameters } = world.access;
  const write: typeof parameters.write = async (...given) => {
    await world.ssm.send(new DeleteParameterCommand({ Name }));
    return parameters.write(...given);
  };
  const access = { ...world.access, parameters: { ...parameters, write } };
  expect(await errorOf(install(settings, newer, access))).toMatchObject({ code: 'SECRET_NOT_GIVEN' });
  await expect(current()).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('a parameter of another account is used by the role of its owner, in sessions for that one parameter', async () => {
  await create();
  world.calls.length = 0;
  await install(byRole);
  expect(world.calls.filter((call) => call.startsWith('operator'))).toEqual([
    'operator AssumeRole',
    'operator AssumeRole',
    'operator AssumeRole',
  ]);
  const resource = `arn:aws:ssm:eu-west-1:444455556666:parameter${Name}`;
  const policyOf = (operations: readonly string[], Action: readonly string[]) => [
    { Effect: 'Allow', Action: operations.map((operation) => `ssm:${operation}`), Resource: resource },
    {
      ...{ Effect: 'Allow', Action, Resource: '*' },
      Condition: { StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': resource } },
    },
  ];
  expect(world.asked.map(({ Policy }) => JSON.parse(String(Policy)).Statement)).toEqual([
    policyOf(['ListTagsForResource', 'GetParameter'], ['kms:Decrypt']),
    policyOf(['ListTagsForResource', 'GetParameterHistory', 'PutParameter'], ['kms:Encrypt', 'kms:GenerateDataKey']),
    policyOf(['ListTagsForResource', 'GetParameter'], ['kms:Decrypt']),
  ]);
});

test('what is only asked is not changed, and warns of readers with a cache', async () => {
  await create();
  const check = async (propagationSeconds: number) => {
    const given = { ...settings, propagationSeconds };
    return kind.check({ kit: installationOf('ssm-parameter', given).kit }, given, world.access);
  };
  expect(await check(60)).toEqual({
    seen: [`Parameter ${Name} is there for this kit, a SecureString, and holds credential ${older.credentialId}.`],
    notShown: [
      `Whether parameter ${Name} may be written: that is seen when it is.`,
      "Whether a reader keeps the value for longer than propagationSeconds, 60 s: AWS's extension for Lambda and its agent keep one for 300 s unless they are told otherwise, its caching libraries for an hour.",
    ],
    would: [
      `Put a new version of parameter ${Name}: the credential as its whole text; its key, tier and description stay.`,
    ],
    holds: [older.credentialId],
  });
  expect((await check(300)).notShown.at(-1)).not.toContain('extension');
  expect(writes()).toBe(1);
});

test('owners are told which parameter it is, and in which account', () => {
  expect(kind.destinations(settings)).toEqual({ urls: [], secrets: [], parameters: [Name] });
  expect(kind.destinations(byRole).parameters).toEqual([`${Name} of account 444455556666 in eu-west-1`]);
});

test.each([
  [{ parameterName: 'kits/edge-1' }, /no ARN/],
  [{ parameterName: 'arn:aws:ssm:eu-west-1:444455556666:parameter/kits/edge-1' }, /no ARN/],
  [{ parameterName: '/aws/reference/secretsmanager/kits' }, /begins with aws or ssm/],
  [{ roleArn }, /has to be there with it/],
  [{ region: 'eu-west-1' }, /goes with roleArn/],
  [{ externalId: 'ours' }, /goes with roleArn/],
  [{ region: 'Ireland', roleArn }, /code of a region/],
])('refuses the settings %j', (wrong, message) => {
  const issues = kind.settings.safeParse({ ...settings, ...wrong }).error?.issues ?? [];
  expect(issues.map((one) => one.message)).toEqual([expect.stringMatching(message)]);
});
