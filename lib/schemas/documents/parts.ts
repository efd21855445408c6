import * as z from 'zod';
import { gatewayStates, kitActs, phases, stepLooks } from '../../../lambdas/console/view/parts.ts';
import { outcomes, quietBreaks, revocationCauses, triggers } from '../../../lambdas/domain/causes.ts';
import { codesOf } from '../../../lambdas/domain/codes.ts';
import { rotationStages } from '../../../lambdas/domain/gateway.ts';
import { evidenceKinds, laggards } from '../../../lambdas/domain/kit-verdict.ts';

/** Parts of what commands print with --json, as `lambdas/console/view/parts.ts` has them. */
export const atMs = z.number().describe('Epoch milliseconds.');
export const text = z.string();
export const count = z.int().min(0);
export const texts = z.array(text);

export const page = z
  .object({ page: count, pages: count, pageSize: count, total: count })
  .describe('Which part of the list this is; pages count from 1.');
const labels = z.record(text, text).describe('Names with values.');
const said = { actor: text, reason: text, atMs };
export const outcome = z.enum(codesOf(outcomes));
const trigger = z.enum(codesOf(triggers));
const stage = z.enum(['CREATED', 'ACCEPTED', 'CURRENT', 'RETIRING']);
export const state = z.enum(gatewayStates).describe('How the gateway stands.');
export const evidenceKind = z.enum(codesOf(evidenceKinds));
export const laggard = z.enum(codesOf(laggards)).describe('Why it is late.');

export const rotation = z
  .object({
    rotationId: text,
    trigger,
    stage: z.enum(rotationStages),
    phase: z.enum(phases),
    begun: z.object(said),
    deadlineAtMs: atMs,
    attempt: count,
    failedAttempts: count,
    targetId: text.exactOptional().describe('The id of the credential that kits shall hold.'),
    retireIds: texts,
    wave: z.object({ number: count, of: count, isGoingBack: z.literal(true).exactOptional() }).exactOptional(),
    held: z.object(said).exactOptional(),
    rolledBack: z.object(said).exactOptional(),
    forced: z.object(said).exactOptional(),
    quiet: z
      .object({
        sinceAtMs: atMs.exactOptional(),
        watchedAtMs: atMs.exactOptional(),
        beganAgain: z.object({ atMs, why: z.enum(codesOf(quietBreaks)) }).exactOptional(),
      })
      .exactOptional(),
    progress: z.object({ kits: count, updated: count, atMs }).exactOptional(),
  })
  .describe('The rotation that runs.');

export const gatewayRow = z.object({
  gatewayId: text,
  labels: labels.exactOptional(),
  state,
  credentials: z.array(
    z.object({
      credentialId: text,
      stage,
      createdAtMs: atMs,
      isForeign: z.boolean(),
      rejectAfterAtMs: atMs.exactOptional(),
    }),
  ),
  rotation: rotation.exactOptional(),
  worstLaggard: z.object({ kitId: text, owner: text, code: laggard }).exactOptional(),
  nextScheduledAtMs: atMs.exactOptional(),
});

export const credentialLife = z.object({
  credentialId: text,
  isLive: z.boolean(),
  stage: stage.exactOptional(),
  isForeign: z.boolean(),
  createdAtMs: atMs.exactOptional(),
  acceptedAtMs: atMs.exactOptional(),
  currentAtMs: atMs.exactOptional(),
  retiringAtMs: atMs.exactOptional(),
  quietSinceAtMs: atMs.exactOptional(),
  quietUntilAtMs: atMs.exactOptional(),
  compromisedAtMs: atMs.exactOptional(),
  rejectAfterAtMs: atMs.exactOptional(),
  revokedAtMs: atMs.exactOptional(),
  cause: z.enum(codesOf(revocationCauses)).exactOptional(),
  confirmedAtMs: atMs.exactOptional(),
});

export const useSpan = z.object({
  credentialId: text,
  address: text,
  areMany: z.literal(true).exactOptional(),
  kitId: text.exactOptional(),
  firstUsedAtMs: atMs,
  lastUsedAtMs: atMs,
});

export const standing = z.enum(['ENDED', 'ENDS_INSIDE', 'ENDS_SOON', 'NOT_KNOWN', 'LASTS']);
export const keyLine = z.object({ secretId: text, standing, text, endsAtMs: atMs.exactOptional() });

export const kitRow = z.object({
  kitId: text,
  kind: text,
  owner: text,
  labels: labels.exactOptional(),
  evidence: z
    .object({
      kind: evidenceKind,
      atMs,
      restsOn: z.array(evidenceKind).exactOptional(),
      lacks: z.array(evidenceKind).exactOptional(),
    })
    .exactOptional()
    .describe('What proves that it moved.'),
  late: laggard.exactOptional(),
  failure: z
    .object({ code: text, message: text, attempts: count, nextTryAtMs: atMs.exactOptional() })
    .exactOptional()
    .describe('Why it could not be given the credential.'),
  sources: z.object({ seen: count, expected: count }).exactOptional(),
  addressesSilentSinceAtMs: atMs.exactOptional(),
  waitsFor: text.exactOptional(),
  lastSeen: z.object({ credentialId: text, atMs }).exactOptional(),
  callsPingOne: z.literal(true).exactOptional(),
  reverted: z.object({ credentialId: text, sources: texts, lastUsedAtMs: atMs }).exactOptional(),
  addresses: texts,
  silent: z.array(z.object({ source: text, lastUsedAtMs: atMs })).exactOptional(),
  acts: z.array(z.enum(kitActs)),
  ownKeys: z.array(keyLine),
});

export const historyEntry = z.object({
  rotationId: text.exactOptional(),
  trigger: trigger.exactOptional(),
  begun: z.object(said),
  endedAtMs: atMs.exactOptional(),
  outcome: z.enum([...codesOf(outcomes), 'RUNNING']).exactOptional(),
  steps: z.array(
    z.object({
      ...said,
      revision: count,
      kind: text,
      credentialIds: texts,
      look: z.enum(['DONE_WITH_FAILURES', 'FORCED']).exactOptional(),
      detail: z.record(text, z.unknown()),
    }),
  ),
});

export const steps = z.record(z.enum(phases), z.enum(codesOf(stepLooks)));
