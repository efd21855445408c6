import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';

/** A signature with the key that made it; `publicKey` is SPKI in PEM, `value` DER in base64. */
type Signature = { readonly keyId: string; readonly publicKey: string; readonly value: string };

/** Signs texts with one key that never leaves its place. Throws {@link StepFailed} and {@link TemporarilyUnavailable}. */
export type Signer = { sign(message: Buffer): Promise<Signature> };

/** Errors that the same request meets again. */
const notRetryable: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'DisabledException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
]);

/** A KMS key of P-256 for signing. */
export const signerWith = (kms: KMSClient, KeyId: string): Signer => ({
  sign: async (message) => {
    try {
      const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      const { Signature = new Uint8Array(), KeyId: keyId = KeyId } = await kms.send(
        new SignCommand({ KeyId, Message: message, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' }),
      );
      return { keyId, publicKey: pemOf(PublicKey), value: Buffer.from(Signature).toString('base64') };
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : 'unknown';
      if (notRetryable.has(name))
        throw new StepFailed(
          `Signing: KMS answered ${name}; check the evidence key and the permissions of the function.`,
          { cause },
        );
      throw new TemporarilyUnavailable(`Signing: KMS answered ${name}.`, { cause });
    }
  },
});

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN PUBLIC KEY-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END PUBLIC KEY-----\n`;
