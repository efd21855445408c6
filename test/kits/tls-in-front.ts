import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A TLS server for `localhost` that passes everything on, with its own certificate and that of somebody else, as PEM. */
export type TlsInFront = {
  readonly url: string;
  readonly ca: string;
  readonly otherCa: string;
  close(): Promise<void>;
};

const selfSigned = (folder: string, name: string): { readonly cert: string; readonly key: string } => {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const about = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...made, ...about], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
};

/** Listens on every loopback address that a test names. */
export const openTlsInFront = async (origin: string): Promise<TlsInFront> => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const [own, other] = [selfSigned(folder, 'own'), selfSigned(folder, 'other')];
  rmSync(folder, { recursive: true });
  const server = createServer(own, (asked, answer) => {
    const { method, url, headers } = asked;
    const onward = request(`${origin}${url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    ca: own.cert,
    otherCa: other.cert,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
