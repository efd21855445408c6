import { createHash, createHmac } from 'node:crypto';
import type { SignatureV4 } from '@smithy/signature-v4';

/** The hash that the signing library wants, made of Node's own. */
export const NodeSha256: ConstructorParameters<typeof SignatureV4>[0]['sha256'] = class {
  readonly #hash;

  constructor(secret?: Parameters<typeof Buffer.from>[0] | ArrayBuffer | ArrayBufferView | string) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  reset(): void {
    throw new Error('A digest is made once.');
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
};

const bytes = (source: unknown): string | Uint8Array => {
  if (typeof source === 'string' || source instanceof Uint8Array) return source;
  throw new TypeError('A signing secret is text or bytes.');
};
