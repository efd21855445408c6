import * as z from 'zod';
import type { CredentialId, GatewayId, KitId } from '../domain/ids.ts';
import { transitionDetailType } from '../domain/names.ts';
import { type News, type NewsThread, newsSeverities } from '../domain/news.ts';
import { transitionDetail } from '../notifications/event-schema.ts';
import type { TellableTransition } from '../notifications/transition-news.ts';
import { credentialId, gatewayId, kitId } from '../workflow/shared/fields.ts';

/** What the function is called with: messages to owners, a transition, or nothing but that time has passed. */
export type NewsInput =
  | { readonly kind: 'owners'; readonly news: readonly News[] }
  | {
      readonly kind: 'transition';
      readonly newsId: string;
      readonly gatewayId: GatewayId;
      readonly transition: TellableTransition;
    }
  | { readonly kind: 'round' };

const threads = ['rotation', 'kits-behind', 'keys-ending', 'registry'] as const satisfies readonly NewsThread[];
const valued = <Schema extends z.ZodType>(Value: Schema) => z.object({ Value });

/** One record of an event of SNS ("Invoking Lambda functions with Amazon SNS"), as `aws/notify-owners.ts` publishes it. */
const snsRecord = z.object({
  Sns: z.object({
    MessageId: z.string().min(1),
    Timestamp: z.iso.datetime(),
    Subject: z.string().nullish(),
    Message: z.string(),
    MessageAttributes: z.object({
      owner: valued(z.string()),
      severity: valued(z.enum(newsSeverities)),
      gatewayId: valued(gatewayId.transform((id) => id as GatewayId)),
      kitId: valued(kitId.transform((id) => id as KitId)).optional(),
      credentialId: valued(credentialId.transform((id) => id as CredentialId)).optional(),
      thread: valued(z.enum(threads)).optional(),
    }),
  }),
});
const snsEvent = z.object({ Records: z.array(snsRecord).min(1) });
const transitionEvent = z.object({ 'detail-type': z.literal(transitionDetailType), detail: transitionDetail });

/** Reads the event of one call. Throws for what came from SNS or our bus and is not as we write it. */
export const readNews = (event: unknown): NewsInput => {
  const given = Object(event) as Record<string, unknown>;
  if ('Records' in given) return { kind: 'owners', news: snsEvent.parse(given).Records.map(newsOf) };
  if (given['detail-type'] !== transitionDetailType) return { kind: 'round' };
  const { id, gatewayId, ...transition } = transitionEvent.parse(given).detail;
  return { kind: 'transition', newsId: id, gatewayId: gatewayId as GatewayId, transition };
};

const newsOf = ({ Sns }: z.output<typeof snsRecord>): News => {
  const { owner, severity, gatewayId, kitId, credentialId, thread } = Sns.MessageAttributes;
  return {
    newsId: Sns.MessageId,
    atMs: Date.parse(Sns.Timestamp),
    gatewayId: gatewayId.Value,
    owner: owner.Value,
    ...(kitId ? { kitId: kitId.Value } : {}),
    ...(credentialId ? { credentialId: credentialId.Value } : {}),
    severity: severity.Value,
    thread: thread?.Value ?? 'rotation',
    subject: Sns.Subject ?? Sns.Message.split('\n', 1)[0] ?? '',
    text: Sns.Message,
  };
};
