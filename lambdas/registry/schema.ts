import * as z from 'zod';
import { pingOneSettings } from '../authorities/pingone/settings.ts';
import { longestLookBackSeconds } from '../domain/kit.ts';
import { defaultPolicy, latestRejectSeconds } from '../domain/policy.ts';
import { readSchedule } from '../domain/schedule.ts';
import { longestText } from '../domain/text.ts';
import { longestBakeSeconds, wavesAtMost } from '../domain/wave-policy.ts';
import { kitSchemaWith } from '../kits/kinds.ts';
import { newsFields } from '../news/channel-schema.ts';
import { actor, gatewayId, kitId, labels, line } from '../workflow/shared/fields.ts';

const day = 86_400;
const year = 365 * day;

const seconds = (from: number, to: number, standard: number, description: string) =>
  z.int().min(from).max(to).default(standard).describe(description);

const wave = z
  .strictObject({
    kits: z
      .int()
      .min(1)
      .max(1_000_000)
      .describe('Until so many kits have the credential, those of earlier waves counted in.')
      .exactOptional(),
    percent: z
      .int()
      .min(1)
      .max(100)
      .describe('Until so many percent of the kits have it, rounded up; the last wave is 100.')
      .exactOptional(),
    bakeSeconds: z
      .int()
      .min(1)
      .max(longestBakeSeconds)
      .describe('How long the wave has to prove itself before the next one opens; not for the last one.')
      .exactOptional(),
  })
  .refine(
    ({ kits, percent }) => (kits === undefined) !== (percent === undefined),
    'must have either kits or percent, and not both',
  );

const policy = z.strictObject({
  quietWindowSeconds: seconds(
    1,
    30 * day,
    defaultPolicy.quietWindowSeconds,
    'How long a predecessor must have gone unused before it may be revoked.',
  ),
  useRecordingSeconds: seconds(
    1,
    3600,
    defaultPolicy.useRecordingSeconds,
    'How often the policy check records a source that keeps using a credential.',
  ),
  longestRequestSeconds: seconds(
    1,
    3600,
    defaultPolicy.longestRequestSeconds,
    'The longest time between the two sideband legs of one client request.',
  ),
  serveStaleSeconds: seconds(
    0,
    3600,
    defaultPolicy.serveStaleSeconds,
    'How long the policy check may go on with what it read before while DynamoDB cannot be read; every revocation takes so much longer.',
  ),
  longestWaitSeconds: seconds(
    1,
    day,
    defaultPolicy.longestWaitSeconds,
    'The longest pause between two looks at a waiting rotation.',
  ),
  remindAfterSeconds: seconds(
    1,
    year,
    defaultPolicy.remindAfterSeconds,
    'From the start of a rotation: when the owners of laggards are reminded.',
  ),
  escalateAfterSeconds: seconds(
    1,
    year,
    defaultPolicy.escalateAfterSeconds,
    'From the start of a rotation: when on-call is told.',
  ),
  deadlineSeconds: seconds(
    1,
    year,
    defaultPolicy.deadlineSeconds,
    'From the start of a rotation: when atDeadline is done.',
  ),
  atDeadline: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('hold').describe('Keeps both credentials, and alarms.') }),
      z.strictObject({ kind: z.literal('roll-back').describe('Gives the kits their earlier credential again.') }),
      z.strictObject({
        kind: z.literal('force').describe('Revokes the predecessors without proof.'),
        author: actor.describe('the person who decided so beforehand'),
      }),
    ])
    .default(defaultPolicy.atDeadline)
    .describe('What happens to laggards at the deadline.'),
  rejectWithinSeconds: seconds(
    0,
    latestRejectSeconds,
    defaultPolicy.rejectWithinSeconds,
    'How soon a compromised credential is refused, unless the press says otherwise.',
  ),
  waves: z
    .array(wave)
    .min(2)
    .max(wavesAtMost)
    .describe(
      'In which parts kits get a new credential: each has to prove itself before the next one, and goes back by itself when it is bad. Left out, all get it at once; a compromise never waits for waves.',
    )
    .exactOptional(),
});

const kit = kitSchemaWith({
  kitId,
  labels: labels.exactOptional(),
  owner: line(longestText.owner).describe('who is told when this kit lags, such as an e-mail address or a team'),
  lookBackSeconds: seconds(1, longestLookBackSeconds, day, 'A kit unused for so long counts as idle.'),
  expectedSources: z
    .int()
    .min(1)
    .max(1000)
    .describe('How many nodes present its credential: each has to be seen on a new one before the old one goes.')
    .exactOptional(),
  probeUrl: z
    .url({ protocol: /^https?$/ })
    .describe('An http or https URL behind the kit: asking it makes an idle kit show itself. No redirect is followed.')
    .exactOptional(),
  canary: z
    .literal(true)
    .describe('It is in the first wave, before all others; where the policy has waves.')
    .exactOptional(),
  demo: z
    .strictObject({
      nodes: z.int().min(1).max(4).describe('How many nodes the stand-in for this kit has; in a demo gateway only.'),
    })
    .exactOptional(),
});

export const gatewaySchema = z.strictObject({
  gatewayId,
  labels: labels.exactOptional(),
  demo: z
    .boolean()
    .default(false)
    .describe('Runs on this machine with stand-ins for its kits; a deployment to AWS passes it over.'),
  authority: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('builtin').describe('This system: kits call its policy check, which sees each of them.'),
      }),
      pingOneSettings,
    ])
    .describe(
      'Who mints and revokes the credentials, and whom the kits call. Only a demo gateway may leave it out: then builtin.',
    )
    .exactOptional(),
  decision: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('allow-all') }),
      z.strictObject({
        kind: z.literal('forward'),
        to: gatewayId.describe('the gatewayId of the gateway with authority pingone whose credential is presented'),
      }),
    ])
    .describe(
      'What a request with a good credential may do, where kits call our policy check. It has no default: allow-all checks the credential only, forward asks PingOne.',
    )
    .exactOptional(),
  schedule: z
    .strictObject({
      expression: z
        .string()
        .refine(
          (text) => readSchedule(text) !== undefined,
          'must be rate(N days), rate(N hours) or cron(0 … *) of Secrets Manager',
        )
        .describe('When Secrets Manager rotates by itself, in UTC: rate(30 days), or cron(0 4 1 * ? *).'),
      duration: z
        .string()
        .regex(/^\d{1,2}h$/)
        .describe('The length of the window, such as 3h.')
        .exactOptional(),
    })
    .describe('The schedule of Secrets Manager; left out, rotations are started by hand.')
    .exactOptional(),
  policy: policy.prefault({}).describe('How rotations are done; every default is the safe one.'),
  kits: z.array(kit),
});

export type GatewayOfFile = z.output<typeof gatewaySchema>;

/** The schema of `gateways.json`: strict, with the settings of every kind of kit. */
export const registrySchema = z.strictObject({
  $schema: z.string().exactOptional(),
  ...newsFields,
  gateways: z.array(gatewaySchema),
});

const jsonSchemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });

/** The JSON Schema of what `gateways.json` comes to, made from the same source, for messages and pages. */
export const registryJsonSchema = () => jsonSchemaOf(registrySchema);

/** Further files of a registry, and where a gateway has its kits when they are not in the list itself. */
const include = z
  .array(z.string().min(1))
  .describe('Further files of this form, as paths from this one; a gateway may stand in any of them, and in one only.');
const kitsFile = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe(
      'A file with the kits of this gateway alone, as a path from this one: NDJSON (.ndjson, .jsonl) or CSV (.csv).',
    ),
});

/** The JSON Schema of one such file, for editors: it may name further ones, which the functions never see. */
export const registryFileJsonSchema = () =>
  jsonSchemaOf(
    registrySchema.extend({
      include: include.exactOptional(),
      gateways: z.array(gatewaySchema.extend({ kits: z.union([z.array(kit), kitsFile]) })),
    }),
  );
