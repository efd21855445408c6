/** As Kong's ping-auth sends it: the port as text, and an empty body. */
export const fromKong = {
  source_ip: '127.0.0.1',
  source_port: '50123',
  method: 'POST',
  url: 'https://api.example.com:443/orders?',
  http_version: '1.1',
  headers: [{ host: 'api.example.com' }, { accept: '*/*' }, { 'x-twice': 'a' }, { 'x-twice': 'b' }],
  body: '',
};
/** As Ping's adapter sends it: the port as a number. */
export const fromAdapter = { ...fromKong, source_ip: '::ffff:127.0.0.1', source_port: 50123, body: '{"n":1}' };
const { body: _, ...rest } = fromAdapter;
/** As PingGateway sends it: without a body. */
export const withoutBody = rest;
/** The response leg of Kong's request. */
export const backend = {
  method: 'POST',
  url: 'https://api.example.com:443/orders',
  http_version: '1.1',
  headers: [{ 'content-type': 'text/plain' }, { 'set-cookie': 'a=1' }, { 'set-cookie': 'b=2' }],
  body: 'created',
  response_code: '201',
  response_status: '',
};
