import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Node itself costs: reads the request to its end, and answers as much as the policy check does. */
const [, , answer = ''] = process.argv;
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, headers).end(answer));
});
server.listen(0, '127.0.0.1', () => console.log(`Port ${(server.address() as AddressInfo).port}.`));
