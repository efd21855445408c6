import { z } from 'zod';

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
