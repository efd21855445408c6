import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { deploymentName } from '../../../lambdas/console/html/deployment.ts';
import { style as consoleStyle } from '../../../lambdas/console/html/style.ts';
import { listenAt } from '../../emulator/wire/held-port.ts';
import { documentPage, enterPage, headersWith, messagePage, pageOf, scriptPath } from './document.ts';
import { type Download, downloadOf } from './evidence-download.ts';
import { cookieOf, readForm, refusalOf } from './guard.ts';
import type { OpenPages } from './open-pages.ts';
import { isSame, openVisitors, type Visitor, type Visitors } from './visitors.ts';

export type ConsoleServerOptions = {
  /** 0 takes any free one. */
  readonly port: number;
  /** Where the link is kept; `undefined` for a temporary folder. */
  readonly dataFolder: string | undefined;
  /** Calls a function and returns its result; rejects with its error's name and message. */
  readonly call: (functionName: string, event: unknown) => Promise<unknown>;
  /** What is shown without a link. */
  readonly open?: OpenPages;
};

/** The console as a page of this machine: `link` lets one browser in, once; the next link is then in `linkFile`. */
export type ConsoleServer = Pick<Visitors, 'link' | 'linkFile'> & { readonly url: string; close(): Promise<void> };

type Answer = {
  readonly status: number;
  readonly body: string | Download['pieces'];
  readonly headers?: Readonly<Record<string, string>>;
};

const script = readFileSync(new URL('page.js', import.meta.url), 'utf8');
const cookieName = 'console';

const say = (status: number, title: string, ...sentences: readonly string[]): Answer => ({
  status,
  body: messagePage(title, sentences),
});
const onlyMethods = (...allowed: readonly string[]): Answer => ({
  ...say(405, 'Refused', `Here only ${allowed.join(' and ')} is understood.`),
  headers: { allow: allowed.join(', ') },
});

/** The name of an error alone: its message may hold what nobody should read here. */
const failed = (error: unknown): Answer =>
  say(
    500,
    'The console could not answer',
    `It failed with ${error instanceof Error ? error.name : 'Error'}; functions.log in the data folder says more.`,
  );

/** Listens on the loopback address. Rejects when the port is taken. */
export const startConsoleServer = async ({
  port,
  dataFolder,
  call,
  open = {},
}: ConsoleServerOptions): Promise<ConsoleServer> => {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  const boundPort = await listenAt(server, '127.0.0.1', port);
  const url = `http://127.0.0.1:${boundPort}`;
  const visitors = openVisitors(dataFolder, url);
  const deployment = { kind: 'machine', dataFolder: dataFolder ?? '' } as const;

  const whoAreYou = (): Answer =>
    say(
      401,
      'Who are you?',
      'Every user of this machine reaches this address, so the console opens only by a link, which lets one browser in, once.',
      `The next link is in ${visitors.linkFile}, which only the user who started this machine can read.`,
    );

  /** Asks a function of the console: the fields of an address or a form are its event, and every form that it makes carries the token. */
  const ask = async (
    functionName: 'console' | 'console-act',
    fields: URLSearchParams,
    { token }: Visitor,
  ): Promise<Answer> => {
    try {
      const html = await call(functionName, {
        ...Object.fromEntries(fields),
        ...{ format: 'html', token, dataFolder: deployment.dataFolder },
      });
      return {
        status: 200,
        body: pageOf(
          String(html),
          functionName === 'console' ? 'view' : 'answer',
          fields.get('gatewayId'),
          deploymentName(deployment),
        ),
      };
    } catch (error) {
      return failed(error);
    }
  };

  /** The signed record of a rotation as a file. */
  const download = async (fields: URLSearchParams): Promise<Answer> => {
    try {
      const { fileName, pieces } = await downloadOf(call, fields);
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="${fileName}"`,
      };
      return { status: 200, body: pieces, headers };
    } catch (error) {
      return error instanceof Error && error.name === 'InputRefused'
        ? say(404, 'No such evidence', 'There is no rotation of that id at that gateway.')
        : failed(error);
    }
  };

  const readDocument = async (name: string): Promise<Answer> => {
    const { documentOf } = await import('./documents.ts'); // what makes HTML of it is loaded by who asks for help
    const found = documentOf(name);
    return found
      ? { status: 200, body: documentPage(found.title, found.html) }
      : say(404, 'No such page', 'The documents have no page of that name.');
  };

  const act = async (request: IncomingMessage, visitor: Visitor): Promise<Answer> => {
    const form = await readForm(request);
    if (!(form instanceof URLSearchParams)) return say(form.status, 'Refused', form.message, 'Nothing was done.');
    if (!isSame(form.get('token') ?? '', visitor.token))
      return say(403, 'Refused', 'The form does not come from a page of this visit. Nothing was done.');
    return ask('console-act', form, visitor);
  };

  const enter = (key: string): Answer => {
    const visitor = visitors.enter(key);
    if (!visitor) return whoAreYou();
    const cookie = `${cookieName}=${visitor.cookie}; Path=/${visitor.place}/; HttpOnly; SameSite=Strict`;
    return { status: 200, body: enterPage(visitor.place), headers: { 'set-cookie': cookie } };
  };

  const show = async (pathname: string): Promise<Answer> => {
    const page = await open[pathname]?.();
    if (!page) return say(404, 'No such page', 'Nothing is here.');
    return { ...page, headers: { 'content-type': page.contentType } };
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const refusal = refusalOf(request, boundPort);
    if (refusal) return say(refusal.status, 'Refused', refusal.message, 'Nothing was done.');
    const { method = '' } = request;
    const [pathname = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    if (Object.hasOwn(open, pathname)) return method === 'GET' ? show(pathname) : onlyMethods('GET');
    const { key, place, page, file } =
      /^\/(?:enter\/(?<key>[\w-]{43})|(?<place>[\w-]{43})\/(?:docs\/(?<page>[\w-]+)\.md|(?<file>evidence))?)$/.exec(
        pathname,
      )?.groups ?? {};
    if (pathname === scriptPath || pathname === '/' || key !== undefined) {
      if (method !== 'GET') return onlyMethods('GET');
      if (key !== undefined) return enter(key);
      if (pathname === '/') return whoAreYou();
      return { status: 200, body: script, headers: { 'content-type': 'text/javascript; charset=utf-8' } };
    }
    if (place === undefined) return say(404, 'No such page', 'Nothing is here.');
    const visitor = visitors.find(place, cookieOf(request, cookieName));
    if (!visitor) return whoAreYou();
    if ((page !== undefined || file !== undefined) && method !== 'GET') return onlyMethods('GET');
    if (page !== undefined) return readDocument(page);
    if (file !== undefined) return download(new URLSearchParams(query));
    if (method === 'GET') return ask('console', new URLSearchParams(query), visitor);
    return method === 'POST' ? act(request, visitor) : onlyMethods('GET', 'POST');
  };

  const standardHeaders = headersWith([consoleStyle]);
  const listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body, headers } = await answer(request);
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(status, { ...standardHeaders, 'content-type': 'text/html; charset=utf-8', ...headers });
    if (typeof body === 'string') response.end(body);
    else await pipeline(body, response);
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    listen(request, response).catch(() => response.destroy()); // the browser went away, or a part of a file was not to be had: it is cut off, and not whole
  });

  return {
    url,
    link: visitors.link,
    linkFile: visitors.linkFile,
    close: async () => {
      visitors.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
