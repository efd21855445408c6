import * as z from 'zod';
import { outcomes, revocationCauses, triggers } from '../domain/causes.ts';
import { codesOf } from '../domain/codes.ts';
import { evidenceKinds } from '../domain/kit-verdict.ts';

/** The format of the document; a change that readers must know of is a new version. */
export const evidenceFormat = 'gateway-credential-rotation/evidence/v3';

const at = z.iso.datetime().describe('ISO 8601, UTC.');
const digest = z.string().regex(/^[\w-]{43}$/);
const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const credentialId = z.string().describe('The public id of a credential, never its value.');
const said = {
  at,
  actor: z.string().describe('As AWS names the caller, or with "claimed: " before it, or a part of this system.'),
  reason: z.string(),
};
const use = z.strictObject({
  credentialId,
  kitId: z.string().optional().describe('The kit that its Service URL named; absent when it named none.'),
  address: z
    .string()
    .describe(
      'The source address that the policy check saw. "many in NETWORK", "many elsewhere" and "many-others" (of a kit) stand for sources that were too many to tell apart.',
    ),
  firstUsedAt: at,
  lastUsedAt: at,
});

/** What was read of one kit. */
const evidenceKit = z.strictObject({
  kitId: z.string(),
  owner: z.string(),
  evidence: z
    .strictObject({
      kind: z.enum(codesOf(evidenceKinds)),
      at,
      restsOn: z.array(z.enum(codesOf(evidenceKinds))).optional(),
      lacks: z
        .array(z.enum(codesOf(evidenceKinds)))
        .optional()
        .describe('Of a kit that calls PingOne: what there could be and was not.'),
    })
    .optional(),
  late: z.string().optional().describe('Why the kit had not moved; then it was cut off by force.'),
  uses: z.array(use).describe('Its latest recorded uses of any live credential, by source.'),
});
export type EvidenceKit = z.infer<typeof evidenceKit>;

/** One part of the kits, as the record names its digest. */
export const evidenceKits = z.array(evidenceKit);

/** What is signed: one rotation, from its beginning to its end, or to the time of the export. */
const evidenceRecord = z.strictObject({
  format: z.literal(evidenceFormat),
  exportedAt: at,
  gatewayId: z.string(),
  rotationId: z.string(),
  trigger: z.enum(codesOf(triggers)),
  begun: z.strictObject(said),
  ended: z
    .strictObject({ at, outcome: z.enum(codesOf(outcomes)) })
    .optional()
    .describe('Absent while it runs.'),
  createdCredential: credentialId.optional(),
  retiredCredentials: z
    .array(credentialId)
    .describe('What it set out to retire in the end, whatever was decided on the way.'),
  acceptance: z
    .strictObject({ credentialId, at })
    .optional()
    .describe('When the policy check itself, or PingOne where kits call it, was seen to accept the new credential.'),
  kits: z
    .strictObject({
      readAt: at.describe('When the last of them was read, with strong consistency.'),
      revision: z.int().describe('The revision of the gateway that the decision changed.'),
      count: z.int().min(0),
      withEvidence: z.int().min(0).describe('How many of them had moved; the others were cut off by force.'),
      parts: z
        .array(
          z.strictObject({
            fromShard: z.int(),
            toShard: z.int(),
            kits: z.int(),
            digest: sha256.describe('Of this part of the kits, in the form of RFC 8785.'),
          }),
        )
        .describe(
          'One for each part of `kits` of the document, in their order: so a part that is missing or changed shows.',
        ),
    })
    .optional()
    .describe('What was read immediately before the decision.'),
  oldCredentialUses: z
    .array(use)
    .describe('Recorded uses of retired credentials after the last distribution, the latest first; at most 1,000.'),
  moreOldCredentialUses: z.int().optional().describe('How many more there are; absent when all are listed.'),
  revocations: z.array(
    z.strictObject({
      credentialId,
      cause: z.enum(codesOf(revocationCauses)),
      revokedAt: at,
      refusedAt: at
        .optional()
        .describe(
          'When the policy check itself, or PingOne where kits call it, was seen to refuse it, after the propagation bound.',
        ),
    }),
  ),
  decisions: z.array(z.strictObject({ ...said, kind: z.string() })).describe('What people decided on the way.'),
  notProven: z
    .array(z.string())
    .describe('What this document does not prove, a sentence each; empty when nothing is missing.'),
  steps: z
    .array(
      z.strictObject({
        ...said,
        revision: z.int(),
        kind: z.string(),
        credentialIds: z.array(credentialId).optional(),
        detail: z.record(z.string(), z.unknown()).optional(),
        previous: digest.optional().describe('As the entry itself names the one before it; the first one has none.'),
      }),
    )
    .describe('Every recorded transition of the rotation, in order.'),
  chain: z
    .strictObject({
      between: z
        .array(z.strictObject({ revision: z.int(), said: digest, previous: digest.optional() }))
        .describe(
          'Entries of other rotations between the steps, and after them if it has not completed: of what they say only the digest is shown.',
        ),
      last: digest.describe('Of the last of these, as the entry after it names it, or the record if there is none.'),
    })
    .optional()
    .describe(
      'With it a missing step shows: the digest of an entry is SHA-256 (base64url) over the digest of the one before it, a space, and the SHA-256 of what it says in the form of RFC 8785. Absent for entries from before there was a chain.',
    ),
});
export type EvidenceRecord = z.infer<typeof evidenceRecord>;

/** What one answer holds of the document: the record, which names the digests of its parts, and the signature over its RFC 8785 (JCS) form. */
export const evidenceHead = z.strictObject({
  record: evidenceRecord,
  signature: z.strictObject({
    digest: sha256.describe('SHA-256 of the record in the form of RFC 8785.'),
    algorithm: z.literal('ECDSA_SHA_256').describe('On P-256, over the UTF-8 text "<format> <digest> <keyId>".'),
    keyId: z.string().describe('The ARN of the key that signed.'),
    publicKey: z
      .string()
      .describe('Its public half, SPKI in PEM. Compare it with one that you have from somewhere else.'),
    value: z.base64().describe('The signature in DER.'),
  }),
});
export type EvidenceHead = z.infer<typeof evidenceHead>;

/** The whole document. */
export const evidenceDocument = evidenceHead.extend({
  kits: z.array(evidenceKits).describe('What was read of each kit, in the parts that `record.kits.parts` names.'),
});
export type EvidenceDocument = z.infer<typeof evidenceDocument>;
