import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

/** A key and its region, as an SDK client has found them. */
export type Signer = {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly region: string;
};

/** Longer than the functions behind it take. */
const answerWithinMs = 90_000;

/** Sends a POST that is signed with SigV4, for what no SDK client reaches: a function's own URL. */
export const signedPost = async (
  { credentials, region }: Signer,
  { url, service, contentType, body }: { url: string; service: string; contentType: string; body: string },
): Promise<{ readonly status: number; readonly text: string }> => {
  const { protocol, hostname, port, pathname } = new URL(url);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    path: pathname,
    headers: { host: port ? `${hostname}:${port}` : hostname, 'content-type': contentType },
    body,
  });
  const { host: _, ...sent } = headers;
  const response = await fetch(url, {
    method: 'POST',
    headers: sent,
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  });
  return { status: response.status, text: await response.text() };
};
