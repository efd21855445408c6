import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parameterCalls } from '../../../lib/emulator/ssm/parameters.ts';
import { createSsm } from '../../../lib/emulator/ssm/ssm.ts';
import { createSts } from '../../../lib/emulator/sts/sts.ts';
import { inMemory } from '../../../lib/emulator/wire/persistence.ts';
import { type Running, runEndpoint } from '../endpoint/running-endpoint.ts';

const callers: string[] = [];
let running: Running;
/** How far the clock by which sessions are issued is behind. */
let behindMs: number;

beforeEach(async () => {
  behindMs = 0;
  callers.length = 0;
  const clock = () => Date.now() - behindMs;
  running = await runEndpoint(
    ({ newSession }) => [
      createSts({ arnOf: (name) => name, newSession, clock }),
      createSsm(parameterCalls({ persistence: inMemory(), clock, callerArn: (name) => name })),
    ],
    Date.now,
    ({ caller }) => callers.push(caller),
  );
});
afterEach(() => running.close());

const sessionFor = async (seconds: number) => {
  const sts = new STSClient(running.clientOptions);
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::444455556666:role/rotation',
      RoleSessionName: 'orders.edge-1',
      DurationSeconds: seconds,
    }),
  );
  sts.destroy();
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
};
const readWith = async (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => {
  const ssm = new SSMClient({ ...running.clientOptions, credentials });
  try {
    return (await ssm.send(new GetParameterCommand({ Name: 'kit' }))).Parameter?.Value;
  } finally {
    ssm.destroy();
  }
};

test('a session of a role may call what is there, under the name of the session', async () => {
  const operator = new SSMClient(running.clientOptions);
  await operator.send(new PutParameterCommand({ Name: 'kit', Value: 'text', Type: 'String' }));
  operator.destroy();
  expect(await readWith(await sessionFor(900))).toBe('text');
  expect(callers.at(-1)).toBe('arn:aws:sts::444455556666:assumed-role/rotation/orders.edge-1');
});

test('refuses the key of a session without its token, and with that of another', async () => {
  const { sessionToken: _, ...without } = await sessionFor(900);
  const { sessionToken } = await sessionFor(900);
  for (const credentials of [without, { ...without, sessionToken }])
    await expect(readWith(credentials)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

test('refuses a session that has expired, also when another one was made since', async () => {
  behindMs = 900_000;
  const credentials = await sessionFor(900);
  behindMs = 0;
  await sessionFor(900);
  await expect(readWith(credentials)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
});
