import * as z from 'zod';

/** The format of the document; a change that readers must know of is a new version. */
export const evidenceFormat = 'gateway-credential-rotation/evidence/v1';

const at = z.iso.datetime().describe('ISO 8601, UTC.');
const credentialId = z.string().describe('The public id of a credential, never its value.');
const said = {
  at,
  actor: z.string().describe('As AWS names the caller, or with "claimed: " before it, or a part of this system.'),
  reason: z.string(),
};
const use = z.strictObject({
  credentialId,
  kitId: z.string().optional().describe('The kit that its Service URL named; absent when it named none.'),
  address: z.string().describe('The source address that the policy check saw.'),
  firstUsedAt: at,
  lastUsedAt: at,
});

/** What is signed: one rotation, from its beginning to its end, or to the time of the export. */
const evidenceRecord = z.strictObject({
  format: z.literal(evidenceFormat),
  exportedAt: at,
  gatewayId: z.string(),
  rotationId: z.string(),
  trigger: z.enum(['bootstrap', 'scheduled', 'manual', 'compromise']),
  begun: z.strictObject(said),
  ended: z
    .strictObject({ at, outcome: z.enum(['COMPLETED', 'ROLLED_BACK', 'FAILED', 'PREEMPTED']) })
    .optional()
    .describe('Absent while it runs.'),
  createdCredential: credentialId.optional(),
  retiredCredentials: z.array(credentialId),
  acceptance: z
    .strictObject({ credentialId, at })
    .optional()
    .describe('When the policy check itself was seen to accept the new credential.'),
  kits: z
    .strictObject({
      readAt: at.describe('When the last of them was read, with strong consistency.'),
      revision: z.int().describe('The revision of the gateway that the decision changed.'),
      items: z.array(
        z.strictObject({
          kitId: z.string(),
          owner: z.string(),
          evidence: z.strictObject({ kind: z.enum(['observed', 'read-back', 'acknowledged']), at }).optional(),
          late: z.string().optional().describe('Why the kit had not moved; then it was cut off by force.'),
          uses: z.array(use).describe('Its latest recorded uses of any live credential, by source.'),
        }),
      ),
    })
    .optional()
    .describe('What was read immediately before the decision.'),
  oldCredentialUses: z
    .array(use)
    .describe('Recorded uses of retired credentials after every kit was given the new one.'),
  revocations: z.array(
    z.strictObject({
      credentialId,
      cause: z.enum(['RETIRED', 'FORCED', 'COMPROMISED', 'NEVER_DISTRIBUTED']),
      revokedAt: at,
      refusedAt: at
        .optional()
        .describe('When the policy check itself was seen to refuse it, after the propagation bound.'),
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
      }),
    )
    .describe('Every recorded transition of the rotation, in order.'),
});
export type EvidenceRecord = z.infer<typeof evidenceRecord>;

/** The whole document: the record, and the signature over its RFC 8785 (JCS) form. */
export const evidenceDocument = z.strictObject({
  record: evidenceRecord,
  signature: z.strictObject({
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .describe('SHA-256 of the record in the form of RFC 8785.'),
    algorithm: z.literal('ECDSA_SHA_256').describe('On P-256, over the UTF-8 text "<format> <digest>".'),
    keyId: z.string().describe('The ARN of the key that signed.'),
    publicKey: z
      .string()
      .describe('Its public half, SPKI in PEM. Compare it with one that you have from somewhere else.'),
    value: z.base64().describe('The signature in DER.'),
  }),
});
export type EvidenceDocument = z.infer<typeof evidenceDocument>;
