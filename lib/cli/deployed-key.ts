import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Result } from './command.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';
import { fingerprintOf, publicKeyIn } from './public-key.ts';

/** The public half of the key that signs evidence, as the deployment says. Throws {@link CommandFailed}. */
export const publicKeyResult = async (connection: Connection): Promise<Result> => {
  const keyId = connection.output('EvidenceKeyArn');
  const kms = new KMSClient(connection.settings);
  try {
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    const key = publicKeyIn(Buffer.from(PublicKey), keyId);
    const publicKey = key.export({ type: 'spki', format: 'pem' }).toString();
    return {
      document: 'evidence-key',
      json: { keyId, publicKey, fingerprint: fingerprintOf(key) },
      text: publicKey.trimEnd(),
    };
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause;
    const name = cause instanceof Error ? cause.name : 'unknown';
    throw new CommandFailed('unreachable', `KMS answered ${name} for ${keyId}: ask for kms:GetPublicKey on it.`, {
      cause,
    });
  } finally {
    kms.destroy();
  }
};
