import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One browser that was let in. Its pages are under `place`; `cookie` proves that it is that browser, `token` that a form came from one of those pages. */
export type Visitor = { readonly place: string; readonly cookie: string; readonly token: string };

/**
 * Who may see and act: whoever can read a file of this user. Loopback alone is no proof, since every user of this
 * machine reaches it. A link lets one browser in, once, and the next link is then in the file.
 */
export type Visitors = {
  /** The link that lets the next browser in. */
  link(): string;
  readonly linkFile: string;
  /** Lets a browser in by the key of the link; `undefined` when it is wrong or was used. */
  enter(key: string): Visitor | undefined;
  /** The visitor at this place, if the browser shows his cookie. */
  find(place: string, cookie: string | undefined): Visitor | undefined;
  /** Removes the file. */
  close(): void;
};

const secret = (): string => randomBytes(32).toString('base64url');
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are the same, in a time that says nothing about where they differ. */
export const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/** Keeps the link in `console-link` (0600) of the data folder, or of a temporary one. Visitors are forgotten when the process ends. */
export const openVisitors = (dataFolder: string | undefined, url: string): Visitors => {
  const folder = dataFolder ?? mkdtempSync(join(tmpdir(), 'gateway-console-'));
  const linkFile = join(folder, 'console-link');
  const visitors = new Map<string, Visitor>();
  let key = '';
  const link = (): string => `${url}/enter/${key}`;
  const renew = (): void => {
    key = secret();
    rmSync(linkFile, { force: true });
    writeFileSync(linkFile, `${link()}\n`, { mode: 0o600, flag: 'wx' });
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  renew();
  return {
    link,
    linkFile,
    enter: (given) => {
      if (!isSame(given, key)) return undefined;
      renew();
      const visitor = { place: secret(), cookie: secret(), token: secret() };
      visitors.set(visitor.place, visitor);
      return visitor;
    },
    find: (place, cookie) => {
      const visitor = visitors.get(place);
      return visitor && cookie !== undefined && isSame(cookie, visitor.cookie) ? visitor : undefined;
    },
    close: () => rmSync(dataFolder === undefined ? folder : linkFile, { recursive: true, force: true }),
  };
};
