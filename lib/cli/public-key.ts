import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CommandFailed } from './failure.ts';

const allowed =
  'allowed is a public key as `aws kms get-public-key` gives it (its JSON, or the PublicKey in it as base64 or DER), or SPKI in PEM.';

/** Reads the public key of P-256 that evidence is compared with; `from` names the file. Throws {@link CommandFailed}, for a private key too. */
export const publicKeyIn = (bytes: Buffer, from: string): KeyObject => {
  if (isPrivate(bytes))
    throw new CommandFailed(
      'usage',
      `${from} holds a private key: whoever has it can sign evidence. Keep it where it was, and give its public half.`,
    );
  const key = forms(bytes).flatMap((form) => read(form))[0];
  if (!key) throw new CommandFailed('usage', `${from} holds no public key: ${allowed}`);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new CommandFailed('usage', `${from} holds a public key that is not one of P-256: ${allowed}`);
  return key;
};

/** SHA-256 of the SPKI form: what `openssl pkey -pubin -outform DER | sha256sum` prints. */
export const fingerprintOf = (key: KeyObject): string =>
  `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;

/** The DER of a PEM, of base64, of the JSON answer of KMS, and the bytes as they are. */
const forms = (bytes: Buffer): readonly Buffer[] => {
  const text = bytes.toString('latin1').trim();
  const pem = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/.exec(text)?.[1];
  const inJson = /^\{[^{}]*"PublicKey"\s*:\s*"([A-Za-z0-9+/=]+)"[^{}]*\}$/s.exec(text)?.[1];
  const base64 = /^[A-Za-z0-9+/=\s]+$/.test(text) ? text : undefined;
  return [...[pem, inJson, base64].flatMap((one) => (one === undefined ? [] : [Buffer.from(one, 'base64')])), bytes];
};

const read = (key: Buffer): readonly KeyObject[] => {
  try {
    return [createPublicKey({ key, format: 'der', type: 'spki' })];
  } catch {
    return [];
  }
};

/** Whether it can be read as a private key, in whatever form, or says that it is one. */
const isPrivate = (bytes: Buffer): boolean => {
  if (/PRIVATE KEY-----/.test(bytes.toString('latin1'))) return true;
  return forms(bytes).some((key) =>
    (['pkcs8', 'sec1', 'pkcs1'] as const).some((type) => {
      try {
        createPrivateKey({ key, format: 'der', type });
        return true;
      } catch {
        return false;
      }
    }),
  );
};
