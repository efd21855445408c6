import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orders } from '../policy-check/fixtures.ts';

// A process of its own, so that only the asking side is measured: it answers every call with the same record and says its port.
const body = JSON.stringify({ Item: { record: { S: JSON.stringify(orders) } } });
const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) };
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, headers).end(body));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
