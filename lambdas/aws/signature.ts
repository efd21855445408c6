import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** The keys that sign for a function; Lambda's come with a session token. */
export type SigningKeys = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** What is signed: a POST of this body to `/`, with these headers, whose names are lower-case and in alphabetical order. */
export type Signable = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/**
 * Signs requests of one service in one region (AWS Signature Version 4), and derives the key of a day once for that day. The
 * libraries that do the same cost the authorizer as much again as asking does (`npm run bench`); @smithy/signature-v4 is what
 * the tests compare this with.
 */
export const signerOf = (region: string, service: string) => {
  let derived: { readonly of: string; readonly key: KeyObject } | undefined;
  const keyOf = (secretAccessKey: string, day: string): KeyObject => {
    const of = `${day} ${secretAccessKey}`;
    if (derived?.of === of) return derived.key;
    const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
      (parent, part) => createHmac('sha256', parent).update(part).digest(),
      `AWS4${secretAccessKey}`,
    );
    derived = { of, key: createSecretKey(Buffer.from(key)) }; // bytes would be made a key at each request
    return derived.key;
  };

  /** The `authorization` header, for a request whose `x-amz-date` is `at`: `YYYYMMDDTHHMMSSZ`. */
  return ({ accessKeyId, secretAccessKey }: SigningKeys, { headers, body }: Signable, at: string): string => {
    const day = at.slice(0, 8);
    let lines = '';
    let signed = '';
    for (const name in headers) {
      lines += `${name}:${headers[name]}\n`;
      signed += signed === '' ? name : `;${name}`;
    }
    const scope = `${day}/${region}/${service}/aws4_request`;
    const canonical = hash('sha256', `POST\n/\n\n${lines}\n${signed}\n${hash('sha256', body)}`);
    const signature = createHmac('sha256', keyOf(secretAccessKey, day))
      .update(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${canonical}`)
      .digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  };
};
