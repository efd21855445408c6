import type { Kit } from '../domain/kit.ts';
import { KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';

/** The answer of an AWS call for a kit, or one of the kit errors with nothing of AWS's but the error's name. */
export const callSecretsManager = async <Output>(
  call: Promise<Output>,
  doing: string,
  kit: Kit,
  signal: AbortSignal,
): Promise<Output> => {
  const found = await ifPresent(call, doing, kit, signal);
  if (found === undefined)
    throw new KitMisconfigured('NOT_FOUND', {
      doing,
      kit,
      answer: 'ResourceNotFoundException',
      todo: 'Create the secret, or correct its name, account or region in the settings.',
    });
  return found;
};

/** Like {@link sent}, but `undefined` for ResourceNotFoundException: no such secret, or no value in it. */
export const ifPresent = async <Output>(
  call: Promise<Output>,
  doing: string,
  kit: Kit,
  signal: AbortSignal,
): Promise<Output | undefined> => {
  try {
    return await call;
  } catch (error) {
    const { name, status } = classOf(error);
    if (name === 'ResourceNotFoundException') return undefined;
    const answer = `${name}${status ? `, HTTP ${status}` : ''}`;
    if (signal.aborted)
      throw new KitUnreachable('TIMEOUT', { doing, kit, answer: 'no answer in time', todo: 'It is tried again.' });
    if (/Throttling|TooManyRequests|LimitExceeded/.test(name) || status === 429)
      throw new KitUnreachable('RATE_LIMITED', { doing, kit, answer, todo: 'It is tried again.' });
    if (name.startsWith('AccessDenied') || status === 401 || status === 403)
      throw new KitRefused('ACCESS_DENIED', {
        doing,
        kit,
        answer,
        todo: "Allow the function to read and write the secret and to use its key (the secret's resource policy, the key policy).",
      });
    if (status !== undefined && status < 500)
      throw new KitRefused('REQUEST_REFUSED', {
        doing,
        kit,
        answer,
        todo: 'Check that the secret is not scheduled for deletion and its key is enabled.',
      });
    throw new KitUnreachable(status === undefined ? 'NO_CONNECTION' : 'SERVER_ERROR', {
      doing,
      kit,
      answer,
      todo: 'It is tried again.',
    });
  }
};

/** The SDK's error name and HTTP status; its message and response are left behind. */
const classOf = (error: unknown): { readonly name: string; readonly status: number | undefined } => {
  const name = error instanceof Error && /^[A-Za-z0-9_.]{1,80}$/.test(error.name) ? error.name : 'unknown error';
  const metadata: unknown = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { name, status: typeof status === 'number' ? status : undefined };
};
