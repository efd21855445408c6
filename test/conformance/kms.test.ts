import { createPublicKey, verify } from 'node:crypto';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  type SignCommandInput,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect } from 'vitest';
import { createKms } from '../../lib/emulator/kms/kms.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';
import { elsewhere } from './target.ts';

/** The keys of a deployment are those of its template: elsewhere CreateKey makes them. */
const atHome = {
  signing: 'arn:aws:kms:us-east-1:000000000000:key/signing',
  other: 'arn:aws:kms:us-east-1:000000000000:key/other',
};
const { clause, clientOptions } = contractOf('kms', () =>
  runEndpoint([
    createKms({
      keys: [
        { arn: atHome.signing, signs: true },
        { arn: atHome.other, signs: false },
      ],
      folder: undefined,
    }),
  ]),
);

let client: KMSClient;
let [signing, other] = [atHome.signing, atHome.other];
beforeAll(async () => {
  client = new KMSClient(clientOptions());
  if (!elsewhere) return;
  const made = await client.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  signing = made.KeyMetadata?.Arn ?? '';
  other = (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});
afterAll(() => client.destroy());

const Message = new TextEncoder().encode('evidence sha256:0123');
const sign = (input: Partial<SignCommandInput> = {}) =>
  client.send(new SignCommand({ KeyId: signing, Message, SigningAlgorithm: 'ECDSA_SHA_256', ...input }));

clause('a signature is verified offline with the public key', async () => {
  const { Signature, KeyId, SigningAlgorithm } = await sign();
  const { PublicKey, KeyUsage, SigningAlgorithms } = await client.send(new GetPublicKeyCommand({ KeyId: signing }));
  expect([KeyId, SigningAlgorithm]).toEqual([signing, 'ECDSA_SHA_256']);
  expect([KeyUsage, SigningAlgorithms]).toEqual(['SIGN_VERIFY', ['ECDSA_SHA_256']]);
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  expect(verify('sha256', Message, key, Signature ?? new Uint8Array())).toBe(true);
  expect(verify('sha256', Buffer.from('another'), key, Signature ?? new Uint8Array())).toBe(false);
});

clause('a public key says its kind', async () => {
  const { KeySpec } = await client.send(new GetPublicKeyCommand({ KeyId: signing }));
  expect(KeySpec).toBe('ECC_NIST_P256');
});

clause('a key is named by its ARN or its id', async () => {
  expect((await sign({ KeyId: signing.split('/').at(-1) ?? '' })).KeyId).toBe(signing);
});

clause('takes a message of 4,096 bytes, and refuses a longer one', async () => {
  await sign({ Message: new Uint8Array(4096) });
  await expect(sign({ Message: new Uint8Array(4097) })).rejects.toMatchObject({ name: 'ValidationException' });
});

clause('refuses an empty message', async () => {
  await expect(sign({ Message: new Uint8Array(0) })).rejects.toMatchObject({ name: 'ValidationException' });
});

clause('refuses an algorithm that the key does not have', async () => {
  await expect(sign({ SigningAlgorithm: 'RSASSA_PSS_SHA_256' })).rejects.toMatchObject({
    name: expect.stringMatching(/^(Validation|InvalidKeyUsage)Exception$/),
  });
});

clause('refuses to sign with a key that encrypts', async () => {
  await expect(sign({ KeyId: other })).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
});

clause('a disabled key does not sign, and does again when it is enabled', async () => {
  await client.send(new DisableKeyCommand({ KeyId: signing }));
  const refusal = await sign().catch((error: Error) => error);
  await client.send(new EnableKeyCommand({ KeyId: signing }));
  expect(refusal).toMatchObject({ name: 'DisabledException' });
  expect((await sign()).KeyId).toBe(signing);
});

clause('refuses a key that is not there', async () => {
  const KeyId = signing.replace(/key\/.*/, 'key/00000000-0000-4000-8000-000000000000');
  await expect(sign({ KeyId })).rejects.toMatchObject({ name: 'NotFoundException' });
});
