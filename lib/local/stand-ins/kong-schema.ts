import { z } from 'zod';
import type { Answered } from './loopback-server.ts';

const change = z.strictObject({
  enabled: z.boolean().optional(),
  config: z
    .strictObject({
      service_url: z.url().optional(),
      shared_secret: z.string().min(1).optional(),
      secret_header_name: z.string().optional(),
      connection_timeout_ms: z.number().int().positive().optional(),
      connection_keepAlive_ms: z.number().int().positive().optional(),
      verify_service_certificate: z.boolean().optional(),
      enable_debug_logging: z.boolean().optional(),
    })
    .optional(),
});

/** Kong's 400 body for a change that the schema of `ping-auth` 1.2.0 does not allow; it quotes what was given. */
export const schemaViolation = (given: unknown): object | undefined => {
  const result = change.safeParse(given);
  if (result.success) return undefined;
  const fields = Object.fromEntries(result.error.issues.map(({ path, message }) => [path.join('.'), message]));
  return { code: 2, name: 'schema violation', message: `schema violation (${JSON.stringify(given)})`, fields };
};

/** Kong takes no declarative plugin without the fields that its schema requires, and none that it does not know at the top. */
export const declarative = z.object({
  _format_version: z.enum(['1.1', '2.1', '3.0']),
  plugins: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      config: z.looseObject({
        service_url: z.string(),
        shared_secret: z.string().min(1),
        secret_header_name: z.string(),
      }),
    }),
  ),
});

/** Kong's answer to a change of an entity when it has no database. */
export const noDatabase: Answered = {
  status: 405,
  json: {
    code: 12,
    name: 'operation unsupported',
    message: "cannot update 'plugins' entities when not using a database",
  },
};
