import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { createSts } from '../../lib/emulator/sts/sts.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

const { clause, clientOptions } = contractOf('sts', () =>
  runEndpoint([createSts((name) => `arn:aws:iam::000000000000:user/${name}`)]),
);

clause('GetCallerIdentity answers account, ARN and user id of the key', async () => {
  const client = new STSClient(clientOptions());
  const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
  client.destroy();
  expect(Account).toMatch(/^\d{12}$/);
  expect(Arn).toMatch(new RegExp(`^arn:aws:(iam|sts)::${Account}:(user|assumed-role)/.+`));
  expect(UserId).toMatch(/.+/);
});
