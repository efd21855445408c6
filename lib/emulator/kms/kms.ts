import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { oneOf, readMembers, text } from '../wire/members.ts';
import { replaceOwnFile } from '../wire/own-file.ts';
import { AwsError, type AwsService, unknownOperation } from '../wire/service.ts';

/** The keys of the deployment by ARN; those that sign are used here, of the others it is only known whether they are enabled. */
export type KmsOptions = {
  readonly keys: readonly { readonly arn: string; readonly signs: boolean }[];
  /** Where the signing key is kept, in a file that only its owner can read, with its public half beside it; `undefined` makes one for this start. */
  readonly folder: string | undefined;
};

const algorithm = 'ECDSA_SHA_256';
const ofKey = { KeyId: text(1, 2048) };
const toSign = {
  ...ofKey,
  Message: z.base64(),
  MessageType: oneOf(['RAW', 'DIGEST', 'EXTERNAL_MU']).optional(),
  SigningAlgorithm: z.string(),
};

/** `isEnabled` says whether what is encrypted under a key can be read now. */
export type Kms = AwsService & { isEnabled(keyArn: string): boolean };

/**
 * The emulated KMS: Sign and GetPublicKey with one key of ECC_NIST_P256, kept as PKCS #8. A key that was disabled is
 * enabled again at the next start.
 */
export const createKms = ({ keys, folder }: KmsOptions): Kms => {
  const disabled = new Set<string>();
  let made = folder !== undefined && keys.some(({ signs }) => signs) ? keyIn(folder) : undefined;
  const privateKey = (): KeyObject => {
    made ??= newKey();
    return made;
  };
  const find = (keyId: string): KmsOptions['keys'][number] => {
    if (keyId.startsWith('arn:') && !/^arn:aws:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[\w/-]+$/.test(keyId))
      throw new AwsError('InvalidArnException', `Invalid arn ${keyId}`);
    const found = keys.find(({ arn }) => arn === keyId || arn.endsWith(`:key/${keyId}`));
    if (!found) throw new AwsError('NotFoundException', `Key '${keyId}' does not exist`);
    return found;
  };
  const signing = (keyId: string): string => {
    const found = find(keyId);
    if (disabled.has(found.arn)) throw new AwsError('DisabledException', `${found.arn} is disabled.`);
    if (!found.signs)
      throw new AwsError(
        'InvalidKeyUsageException',
        `${found.arn} key usage is ENCRYPT_DECRYPT which is not valid for signing.`,
      );
    return found.arn;
  };
  const operations: Readonly<Record<string, (input: Record<string, unknown>) => Record<string, unknown>>> = {
    DisableKey: (input) => {
      disabled.add(find(readMembers(ofKey, input).KeyId).arn);
      return {};
    },
    EnableKey: (input) => {
      disabled.delete(find(readMembers(ofKey, input).KeyId).arn);
      return {};
    },
    GetPublicKey: (input) => ({
      KeyId: signing(readMembers(ofKey, input).KeyId),
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: [algorithm],
      PublicKey: createPublicKey(privateKey()).export({ type: 'spki', format: 'der' }).toString('base64'),
    }),
    Sign: (input) => {
      const { KeyId, Message, MessageType = 'RAW', SigningAlgorithm } = readMembers(toSign, input);
      const keyId = signing(KeyId);
      if (SigningAlgorithm !== algorithm)
        throw new AwsError(
          'ValidationException',
          `Algorithm ${SigningAlgorithm} and key spec ECC_NIST_P256 do not match: allowed is ${algorithm}.`,
        );
      if (MessageType !== 'RAW')
        throw new AwsError('ValidationException', 'On this machine only MessageType RAW is played.');
      const message = Buffer.from(Message, 'base64');
      if (message.length < 1 || message.length > 4096)
        throw new AwsError('ValidationException', 'The length of Message must be from 1 to 4096.');
      return {
        KeyId: keyId,
        SigningAlgorithm: algorithm,
        Signature: sign('sha256', message, privateKey()).toString('base64'),
      };
    },
  };
  return {
    signingName: 'kms',
    call: async (operation, input) => {
      const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!answer) throw unknownOperation(operation);
      return answer(input);
    },
    isEnabled: (keyArn) => !disabled.has(keyArn),
  };
};

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const keyIn = (folder: string): KeyObject => {
  const file = join(folder, 'evidence-key.pem');
  const kept = existsSync(file) ? createPrivateKey(readFileSync(file, 'utf8')) : undefined;
  const key = kept ?? newKey();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!kept) replaceOwnFile(file, key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  replaceOwnFile(
    join(folder, 'evidence-public-key.pem'),
    createPublicKey(key).export({ type: 'spki', format: 'pem' }),
    0o644,
  );
  return key;
};
