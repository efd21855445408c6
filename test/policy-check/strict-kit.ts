import { type Agent, request as ask } from 'node:http';

export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

type Sent = {
  readonly agent: Agent;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
};

/** One HTTP request over the agent's connections; the answer in its bytes. */
export const sendBytes = (
  url: string,
  { agent, method = 'POST', headers = {}, body = '' }: Sent,
): Promise<Omit<Answered, 'body'> & { readonly body: Buffer }> =>
  new Promise((resolve, reject) => {
    const request = ask(
      url,
      { agent, method, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });

/** The same for an answer that is text. */
export const send = async (url: string, sent: Sent): Promise<Answered> => {
  const { body, ...answered } = await sendBytes(url, sent);
  return { ...answered, body: body.toString() };
};

type Json = Record<string, unknown>;
const need = (isMet: boolean, what: string): void => {
  if (!isMet) throw new Error(`The kit cannot work with this answer: ${what}.`);
};
const needHeaders = (headers: unknown): void => {
  need(Array.isArray(headers), 'headers is no array');
  for (const header of headers as Json[]) need(Object.keys(header).length === 1, 'a header is no single pair');
};

/** What the client of the gateway gets; 502 is what Kong's ping-auth 1.2.0 makes of every refused credential. */
export type ClientGets = { readonly status: number; readonly body: string; readonly reason?: string };

/**
 * A kit as strict as Kong's ping-auth 1.2.0 (as its source reads: it appends /sideband/…, sends lower-case headers, the
 * port and the code as text, reads `message` and `id` of a refusal, takes any `response` for a decision, even null).
 */
export const strictKit = (serviceUrl: string, credential: string, agent: Agent) => {
  const leg = async (name: 'request' | 'response', sent: Json): Promise<Json> => {
    const { status, headers, body } = await send(`${serviceUrl.replace(/\/$/, '')}/sideband/${name}`, {
      agent,
      headers: {
        Connection: 'Keep-Alive',
        'Content-Type': 'application/json',
        'User-Agent': 'Kong/1.2.0',
        'CLIENT-TOKEN': credential,
      },
      body: JSON.stringify(sent),
    });
    const answer = JSON.parse(body);
    if (status === 429) need(/^\d+$/.test(`${headers['retry-after']}`), 'a 429 without a whole number of seconds');
    if (status >= 400) {
      need(typeof answer.id === 'string' && typeof answer.message === 'string', 'an error without id and message');
      throw Object.assign(new Error(`${status}: ${answer.message} (${answer.id})`), { name: 'Refused' });
    }
    return answer;
  };
  return {
    /** Plays one client request whose backend answers 201. */
    async pass(): Promise<ClientGets> {
      const url = 'https://api.example.com:443/orders?';
      const original = {
        source_ip: '127.0.0.1',
        source_port: '50123',
        method: 'POST',
        url,
        http_version: '1.1',
        headers: [{ host: 'api.example.com' }, { 'x-twice': 'a' }, { 'x-twice': 'b' }],
        body: '',
      };
      try {
        const allowed = await leg('request', original);
        need(!('response' in allowed), 'a response key, which is a decision even when it is null');
        need(!('state' in allowed) || allowed.state !== null, 'a null state');
        needHeaders(allowed.headers);
        for (const name of ['method', 'url', 'http_version', 'source_ip', 'source_port'] as const)
          need(allowed[name] === original[name], `another ${name}`);
        need(JSON.stringify(allowed.headers) === JSON.stringify(original.headers), 'other headers');
        const answer = await leg('response', {
          method: 'POST',
          url,
          http_version: '1.1',
          headers: [{ 'content-type': 'text/plain' }],
          body: 'created',
          response_code: '201',
          response_status: '',
          ...('state' in allowed ? { state: allowed.state } : { request: original }),
        });
        needHeaders(answer.headers);
        need(typeof answer.response_code === 'string', 'a code that is no text');
        return { status: Number(answer.response_code), body: `${answer.body}` };
      } catch (error) {
        if (error instanceof Error && error.name === 'Refused') return { status: 502, body: '', reason: error.message };
        throw error;
      }
    },
  };
};
