import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signerOf } from '../../lambdas/aws/signature.ts';

class Sha256 {
  readonly #of;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#of = key === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(key as string));
  }
  update(part: string | Uint8Array): void {
    this.#of.update(part);
  }
  async digest(): Promise<Uint8Array> {
    return this.#of.digest();
  }
  reset(): void {
    throw new Error('Nobody asks for that.');
  }
}

test('signs as the library of AWS does, whatever the keys, the body, the time and the order in which they come', async () => {
  const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  const key = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
  const sign = signerOf('eu-central-1', 'dynamodb');
  const check = async (accessKeyId: string, secretAccessKey: string, token: string, body: string, date: Date) => {
    const at = `${date.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      host: 'dynamodb.eu-central-1.amazonaws.com',
      'x-amz-date': at,
      'x-amz-security-token': token,
      'x-amz-target': 'DynamoDB_20120810.GetItem',
    };
    const keys = { accessKeyId, secretAccessKey, sessionToken: token };
    const reference = new SignatureV4({
      ...{ service: 'dynamodb', region: 'eu-central-1', credentials: keys, sha256: Sha256 },
      applyChecksum: false,
    });
    const request = { method: 'POST', protocol: 'https:', hostname: headers.host, path: '/', headers, body };
    const signed = await reference.sign({ ...request, query: {} }, { signingDate: date });
    expect(sign(keys, { headers, body }, at)).toBe(signed.headers.authorization);
  };
  const token = fc.stringMatching(/^[A-Za-z0-9+/=]{1,60}$/);
  await fc.assert(fc.asyncProperty(key, key, token, fc.string({ unit: 'grapheme' }), day, check));
});
