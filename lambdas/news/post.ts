import { hostOf, isLocal, refusalOfUrl } from '../domain/kit-hosts.ts';
import { retryAfterMsIn } from '../domain/retry-after.ts';
import type { ChannelAccess } from './channel-kind.ts';
import { NotSent } from './not-sent.ts';

/** An answer that a channel gave: its status, and its text for who knows what the vendor says. */
export type Posted = { readonly status: number; readonly text: string };

const longestAnswer = 10_000;

/**
 * Posts JSON once, to an allowed host only, and gives a 2xx answer. Everything else is NotSent: what passes by itself, or what
 * a person can mend at the channel, is good to try again; a message that is refused for itself, and 410, which says never again, are final.
 */
export const post = async (
  access: ChannelAccess,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Posted> => {
  await checkHost(access, url);
  const { status, text, retryAfter } = await asked(access, url, body, headers);
  if (status >= 200 && status < 300) return { status, text };
  const retryAfterMs = retryAfterMsIn(retryAfter, access.nowMs());
  if (status === 429) throw new NotSent('RATE_LIMITED', { retryAfterMs });
  if (status === 408 || status >= 500) throw new NotSent('SERVER_ERROR', { retryAfterMs });
  if (status >= 300 && status < 400) throw new NotSent('REDIRECTED');
  if (status === 401 || status === 403) throw new NotSent('ACCESS_DENIED');
  if (status === 404 || status === 410) throw new NotSent('NOT_FOUND', { isFinal: status === 410 });
  throw new NotSent('MESSAGE_REFUSED', { isFinal: true });
};

/** Lets a URL through that this deployment allows, and that does not lead to the machine itself. Throws NotSent. */
export const checkHost = async ({ hosts, addressesOf }: ChannelAccess, url: string): Promise<void> => {
  if (refusalOfUrl(url, hosts)) throw new NotSent('HOST_NOT_ALLOWED');
  if (hosts.mayBeLocal) return;
  const addresses = await addressesOf(hostOf(url) ?? '').catch(() => []);
  if (addresses.some(isLocal)) throw new NotSent('HOST_NOT_ALLOWED');
};

/** The webhook URL in the text of a secret, which has to be at this host. Throws NotSent. */
export const webhookUrlIn = (secret: string, host: string): string => {
  const text = secret.trim();
  const url = URL.parse(text);
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(url.hostname));
  if (!url || !isSecure || url.username !== '' || url.password !== '') throw new NotSent('SECRET_UNUSABLE');
  if (url.hostname !== host) throw new NotSent('HOST_NOT_ALLOWED');
  return text;
};

const asked = async (
  { fetch, signal }: ChannelAccess,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Posted & { readonly retryAfter: string | null }> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal,
    });
    const text = (await response.text()).slice(0, longestAnswer);
    return { status: response.status, text, retryAfter: response.headers.get('retry-after') };
  } catch {
    throw new NotSent(signal.aborted ? 'TIMEOUT' : 'NO_CONNECTION');
  }
};
