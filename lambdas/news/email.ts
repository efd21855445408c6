import { createTransport } from 'nodemailer';
import { isLocal } from '../domain/kit-hosts.ts';
import type { ChannelAccess, Message, Send } from './channel-kind.ts';
import type { ChannelOf } from './channel-schema.ts';
import { NotSent } from './not-sent.ts';
import { checkHost } from './post.ts';

const smtpsPort = 465;

/**
 * Hands one mail to a mail server, over TLS unless the server is on this machine; it is taken when the server says so for each
 * address. A retry keeps its `Message-ID`.
 */
export const sendByEmail: Send<'email'> = async (channel, message, access) => {
  const to = channel.to ?? ownAddress(message);
  await checkHost(access, `https://${channel.host}`);
  const pass = channel.secret === undefined ? undefined : (await access.readSecret(channel.secret)).trim();
  if (pass === '') throw new NotSent('SECRET_UNUSABLE');
  const transport = createTransport({
    ...{ host: channel.host, port: channel.port, secure: channel.port === smtpsPort },
    ...(isLocal(channel.host) ? { ignoreTLS: true } : { requireTLS: true }),
    ...(channel.user === undefined || pass === undefined ? {} : { auth: { user: channel.user, pass } }),
    ...{ connectionTimeout: waitMs, greetingTimeout: waitMs, socketTimeout: waitMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  const close = (): void => transport.close();
  access.signal.addEventListener('abort', close, { once: true });
  try {
    const { rejected } = await withSignal(
      access.signal,
      transport.sendMail({ ...mailOf(channel, message, access), to }),
    );
    if (rejected.length > 0) throw new NotSent('MESSAGE_REFUSED', { isFinal: true });
  } catch (error) {
    throw error instanceof NotSent ? error : meant(error, access.signal);
  } finally {
    access.signal.removeEventListener('abort', close);
    close();
  }
};
const waitMs = 10_000;

const mailOf = ({ from }: ChannelOf<'email'>, { news, messageId, link }: Message, { deployment }: ChannelAccess) => ({
  from,
  subject: news.subject,
  text: [news.text, '', ...(link ? [`The gateway in the console: ${link}`] : []), `Deployment ${deployment}.`].join(
    '\n',
  ),
  messageId: `<${messageId}@${from.slice(from.lastIndexOf('@') + 1)}>`,
  headers: { 'Auto-Submitted': 'auto-generated' }, // no out-of-office answers (RFC 3834)
});

const ownAddress = ({ news }: Message): readonly string[] & string[] => {
  if (news.owner === undefined || !/^[^\s@,;<>]+@[^\s@,;<>]+$/.test(news.owner))
    throw new NotSent('NO_ADDRESS', { isFinal: true });
  return [news.owner];
};

const withSignal = async <Sent>(signal: AbortSignal, sending: Promise<Sent>): Promise<Sent> => {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new NotSent('TIMEOUT'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([sending, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    sending.catch(() => undefined); // it ends later, and nobody listens
  }
};

/** By the code of the reply (RFC 5321, 4.2.1): 4yz may be tried again, 5yz refuses. */
const meant = (error: unknown, signal: AbortSignal): NotSent => {
  const { code, responseCode } = Object(error) as { code?: unknown; responseCode?: unknown };
  if (signal.aborted || code === 'ETIMEDOUT') return new NotSent('TIMEOUT');
  if (code === 'EAUTH') return new NotSent('ACCESS_DENIED');
  if (typeof responseCode !== 'number') return new NotSent('NO_CONNECTION');
  return responseCode >= 500 ? new NotSent('MESSAGE_REFUSED', { isFinal: true }) : new NotSent('SERVER_ERROR');
};
