import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Arrived, ChannelWorld, Fault } from './world.ts';

const login = Buffer.from('\0rotation\0the password of the mailbox').toString('base64');

/** Quoted-printable and folded headers (RFC 2045, RFC 5322) as a mail program shows them. */
const shown = (mail: string): string =>
  mail
    .replace(/=\r\n/g, '')
    .replace(/\r\n /g, ' ')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A mail server on the loopback address (RFC 5321), which wants a login; one that is throttled answers 451, and one that refuses 550. */
export const openSmtp = async (): Promise<ChannelWorld> => {
  const arrived: Arrived[] = [];
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  const take = (mail: string): void => {
    arrived.push({ id: /^message-id: (.+)$/im.exec(mail)?.[1]?.trim(), text: shown(mail) });
  };
  const talk = (socket: Socket): void => {
    sockets.add(socket);
    let isLoggedIn = false;
    let mail: string | undefined;
    let left = '';
    const say = (line: string): unknown => socket.write(`${line}\r\n`);
    const end = (text: string): unknown => {
      const fault = faults.shift();
      if (fault === 'throttle' || fault === 'down') return say('451 4.7.1 Try again later');
      if (fault === 'refuse') return say('550 5.7.1 Message refused');
      take(text);
      return fault === 'lost-answer' ? socket.destroy() : say('250 2.0.0 Ok: queued');
    };
    const answer = (line: string): unknown => {
      if (mail !== undefined) {
        if (line !== '.') {
          mail += `${line.replace(/^\./, '')}\r\n`;
          return undefined;
        }
        const text = mail;
        mail = undefined;
        return end(text);
      }
      const [verb = ''] = line.toUpperCase().split(' ');
      if (verb === 'EHLO') return say('250-stand-in\r\n250 AUTH PLAIN');
      if (verb === 'AUTH') {
        isLoggedIn = line === `AUTH PLAIN ${login}`;
        return say(isLoggedIn ? '235 2.7.0 Accepted' : '535 5.7.8 Authentication failed');
      }
      if (verb === 'QUIT') return say('221 2.0.0 Bye');
      if (!isLoggedIn) return say('530 5.7.0 Authentication required');
      if (verb === 'DATA') {
        mail = '';
        return say('354 End data with <CR><LF>.<CR><LF>');
      }
      return say('250 2.1.0 Ok');
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const lines = (left + chunk.toString('utf8')).split('\r\n');
      left = lines.pop() ?? '';
      for (const line of lines) answer(line);
    });
    say('220 stand-in ESMTP');
  };
  const server = createServer(talk).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    channel: {
      ...{ kind: 'email', host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 },
      ...{ from: 'rotation@example.com', user: 'rotation', secret: 'news/email' },
    },
    secret: 'the password of the mailbox',
    ...{ arrived, faults },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
