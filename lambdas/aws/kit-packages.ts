import { createHash } from 'node:crypto';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { hostOf, isLocal } from '../domain/kit-hosts.ts';
import type { KitPackages } from '../ports.ts';
import { callForKit } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-lambda');

/** How a package is fetched; `mayBeLocal` where AWS itself is on this machine. */
export type Fetching = { readonly fetch: typeof globalThis.fetch; readonly mayBeLocal: boolean };

/**
 * The code packages of functions in AWS Lambda. Lambda names a link into S3, which is asked without any credential, and only
 * over TLS at a host of AWS: no setting of a kit leads there.
 */
export const kitPackagesIn = (open: (sdk: Sdk) => LambdaClient, fetching: Fetching): KitPackages => {
  const lambda = async () => {
    const sdk = await import('@aws-sdk/client-lambda');
    return { sdk, client: open(sdk) };
  };
  return {
    read: async (FunctionName, Qualifier, { codeSha256, codeBytes }, signal) => {
      const { sdk, client } = await lambda();
      const asked = new sdk.GetFunctionCommand({ FunctionName, ...(Qualifier ? { Qualifier } : {}) });
      const found = await callForKit(client.send(asked, { abortSignal: signal }), signal);
      if (!found) throw new KitCallFailed('NOT_GIVEN', 'not there any more');
      if (found.Configuration?.CodeSha256 !== codeSha256)
        throw new KitCallFailed('CHANGED_MEANWHILE', 'it has another package');
      const { Location } = found.Code ?? {};
      if (Location === undefined) throw new KitCallFailed('REQUEST_REFUSED', 'its code is no zip file');
      const zip = await download(Location, codeBytes, fetching, signal);
      if (createHash('sha256').update(zip).digest('base64') === codeSha256) return zip;
      throw new KitCallFailed('SERVER_ERROR', 'its package has another digest than Lambda says');
    },
    write: async (FunctionName, ZipFile, RevisionId, signal) => {
      const { sdk, client } = await lambda();
      const update = new sdk.UpdateFunctionCodeCommand({ FunctionName, ZipFile, RevisionId });
      const written = await callForKit(client.send(update, { abortSignal: signal }), signal);
      if (!written) throw new KitCallFailed('NOT_GIVEN', 'not there any more');
    },
  };
};

/** Not more than Lambda has said that it is; the link, which opens the package to whoever has it, is in no error. */
const download = async (
  url: string,
  bytes: number,
  { fetch, mayBeLocal }: Fetching,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const host = hostOf(url) ?? '';
  const isOfAws = url.startsWith('https://') && host.endsWith('.amazonaws.com');
  if (!isOfAws && !(mayBeLocal && isLocal(host)))
    throw new KitCallFailed('REQUEST_REFUSED', 'its package is at no host of AWS');
  try {
    const response = await fetch(url, { redirect: 'error', signal });
    if (!response.ok) throw new KitCallFailed('SERVER_ERROR', `its package, HTTP ${response.status}`);
    const zip = new Uint8Array(bytes);
    let read = 0;
    for await (const chunk of response.body ?? []) {
      if (read + chunk.length > bytes)
        throw new KitCallFailed('SERVER_ERROR', 'its package is larger than Lambda says');
      zip.set(chunk, read);
      read += chunk.length;
    }
    return zip.subarray(0, read);
  } catch (error) {
    if (error instanceof KitCallFailed) throw error;
    if (signal.aborted) throw new KitCallFailed('TIMEOUT', 'no answer in time');
    throw new KitCallFailed('NO_CONNECTION', 'its package cannot be fetched');
  }
};
