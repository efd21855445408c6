import * as z from 'zod';
import { namePattern, nameRule } from '../domain/ids.ts';
import { newsSeverities } from '../domain/news.ts';
import { longestText } from '../domain/text.ts';
import { baseUrl, secureUrl } from '../kits/secure-url.ts';
import { labels, line } from '../workflow/shared/fields.ts';

const secretOf = (holds: string) =>
  z
    .string()
    .regex(
      /^(?!whsec_)(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/,
      'must be the name or ARN of a secret, and never what it holds',
    )
    .describe(`The name or ARN of the secret that holds ${holds}; its tag names the channel: news: and its name.`);
const host = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be the name of a host, in small letters');
const address = z.email('must be an e-mail address').max(254);

/** The kinds of channels, each with the settings that name where it is and never hold a secret. */
export const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('slack').describe('A channel of Slack, by an incoming webhook.'),
    secret: secretOf('the URL of the webhook, which is a secret itself'),
    host: host.default('hooks.slack.com').describe('The host of that URL; nothing is sent to another one.'),
  }),
  z.strictObject({
    kind: z.literal('teams').describe('A channel of Microsoft Teams, by a webhook of Workflows.'),
    secret: secretOf('the URL that Workflows made, which is a secret itself'),
    host: host.describe('The host of that URL; nothing is sent to another one.'),
  }),
  z.strictObject({
    kind: z.literal('pagerduty').describe('A service of PagerDuty, by its Events API v2.'),
    secret: secretOf('the integration key of the service'),
    url: baseUrl(
      'The address of the Events API; in the EU service region https://events.eu.pagerduty.com/v2/enqueue.',
    ).default('https://events.pagerduty.com/v2/enqueue'),
  }),
  z
    .strictObject({
      kind: z.literal('email').describe('E-mail, by a mail server that takes it over SMTP with TLS.'),
      host: host.describe('The mail server.'),
      port: z.int().min(1).max(65_535).default(587).describe('465 is TLS from the start, any other one is STARTTLS.'),
      from: address.describe('Who the messages are from.'),
      to: z
        .array(address)
        .min(1)
        .max(20)
        .describe('Who gets them; left out, the owner, who has to be an e-mail address then.')
        .exactOptional(),
      user: z.string().min(1).max(254).describe('The user at the mail server; goes with secret.').exactOptional(),
      secret: secretOf('the password of that user').exactOptional(),
    })
    .refine(
      ({ user, secret }) => (user === undefined) === (secret === undefined),
      'must have both user and secret, or neither',
    ),
  z.strictObject({
    kind: z.literal('webhook').describe('An endpoint of your own, by signed messages (Standard Webhooks).'),
    url: secureUrl('Where the messages are sent: a signed POST.'),
    secret: secretOf('the signing key, whsec_ and base64 of 24 to 64 bytes'),
  }),
]);

/** A channel as gateways.json has it. */
export type Channel = z.output<typeof channelSchema>;
export type ChannelKind = Channel['kind'];
export type ChannelOf<Kind extends ChannelKind> = Extract<Channel, { readonly kind: Kind }>;

/** Who is told what by which channels. */
const routeSchema = z.strictObject({
  channels: z.array(z.string()).min(1).max(20).describe('The names of channels: each of them is told.'),
  for: z
    .enum(['owners', 'operators'])
    .default('owners')
    .describe('Whether owners hear what to do with their kits, or operators what happens to gateways.'),
  owners: z
    .array(line(longestText.owner))
    .min(1)
    .max(1_000)
    .describe('Only for these owners, as their kits name them; left out, for all.')
    .exactOptional(),
  labels: labels.describe('Only about gateways or kits that have all of these labels.').exactOptional(),
  from: z
    .enum(newsSeverities)
    .default('instruction')
    .describe('The least urgent that is told; all more urgent ones are.'),
});
type Route = z.output<typeof routeSchema>;

/** Who may act for an owner: see and acknowledge the kits of his. */
const ownerSchema = z.strictObject({
  principals: z
    .array(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]{1,576}$/,
          'must be the ARN of an IAM role or user',
        ),
    )
    .min(1)
    .max(20)
    .describe('ARNs of IAM roles and users that look at the kits of this owner and acknowledge them, and no others.'),
});

/** The name of a channel: what its secret is tagged for. */
const channelName = z.string().regex(namePattern, `must be ${nameRule}`);

/** `channels`, `news` and `owners` of gateways.json. */
export const newsFields = {
  channels: z
    .record(channelName, channelSchema)
    .default({})
    .describe('By which channels people are told, by name: Slack, Microsoft Teams, PagerDuty, e-mail, signed webhook.'),
  news: z.array(routeSchema).max(500).default([]).describe('Who is told what by which of the channels.'),
  owners: z
    .record(line(longestText.owner), ownerSchema)
    .default({})
    .describe('Who acts for an owner, by the name that his kits have him under.'),
};

/** By which channels who is told what, and who acts for whom. */
export type NewsSettings = {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly news: readonly Route[];
  readonly owners: Readonly<Record<string, { readonly principals: readonly string[] }>>;
};
export const newsSettings: z.ZodType<NewsSettings> = z.strictObject(newsFields);
