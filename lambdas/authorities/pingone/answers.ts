import * as z from 'zod';
import type { CredentialValue } from '../../domain/credential.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { ListedCredential } from '../../domain/pingone-mint.ts';

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A gateway credential as PingOne shows it, without its value. */
export const credentialAnswer = z.object({ id: z.guid(), createdAt: time, lastUsedAt: time.nullish() }).transform(
  ({ id, createdAt, lastUsedAt }): ListedCredential => ({
    credentialId: id as CredentialId,
    createdAtMs: createdAt,
    ...(typeof lastUsedAt === 'number' ? { lastUsedAtMs: lastUsedAt } : {}),
  }),
);

/** What only the 201 holds: the value, a signed JWT. */
export const valueAnswer = z.object({
  credential: z
    .string()
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    .transform((text) => text as CredentialValue),
});

/** One page of a HAL list; `_embedded` may be left out where there is nothing. */
export const credentialPage = z.object({
  _links: z.object({ next: z.object({ href: z.string() }).optional() }).optional(),
  _embedded: z.object({ credentials: z.array(credentialAnswer) }).optional(),
});

export const gatewayAnswer = z.object({ name: z.string(), type: z.string(), enabled: z.boolean() });
