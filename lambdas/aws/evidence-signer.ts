import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { Signer } from '../ports.ts';
import { callAws, services } from './sdk-errors.ts';

/** A KMS key of P-256 for signing. */
export const signerWith = (kms: KMSClient, KeyId: string): Signer => ({
  sign: async (messageFor) => {
    const call = <Output>(made: Promise<Output>): Promise<Output> => callAws(services.kms, 'Signing', made);
    const asked = kms.send(new GetPublicKeyCommand({ KeyId }));
    const { PublicKey = new Uint8Array(), KeyId: keyId = KeyId } = await call(asked);
    const Message = messageFor(keyId);
    const signing = new SignCommand({ KeyId, Message, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' });
    const { Signature = new Uint8Array() } = await call(kms.send(signing));
    return { keyId, publicKey: pemOf(PublicKey), value: Buffer.from(Signature).toString('base64') };
  },
});

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN PUBLIC KEY-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END PUBLIC KEY-----\n`;
