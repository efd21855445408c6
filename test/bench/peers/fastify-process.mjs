import bearerAuth from '@fastify/bearer-auth';
import fastify from 'fastify';

/** Two keys, as a gateway has while it rotates; the request is parsed, and answered with as much as the policy check answers. */
const [, , key, answer] = process.argv;
const server = fastify({ logger: false });
await server.register(bearerAuth, { keys: new Set([key, `${key}-of-another`]) });
server.post('/sideband/request', (_, reply) => reply.type('application/json').send(answer));
await server.listen({ port: 0, host: '127.0.0.1' });
console.log(`Port ${server.server.address().port}.`);
