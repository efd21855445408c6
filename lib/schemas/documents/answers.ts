import * as z from 'zod';
import { codesOf } from '../../../lambdas/domain/codes.ts';
import { attention, obstacles } from '../../../lambdas/domain/plan.ts';
import { refusals } from '../../../lambdas/domain/refusals.ts';
import { atMs, count, evidenceKind, outcome, standing, text, texts } from './parts.ts';

const at = z.iso.datetime().describe('ISO 8601, UTC.');

/** A decision that was taken, or had nothing to do. */
export const decision = z.object({
  result: z.enum(['DONE', 'UNCHANGED']),
  gatewayId: text,
  revision: count.describe('Of the record of the gateway, after it.'),
});

/** Many kits that were acknowledged by one command. */
export const acknowledged = z.object({
  kits: z.array(
    z.object({
      gatewayId: text,
      kitId: text,
      credentialId: text,
      result: z.enum(['DONE', 'UNCHANGED', 'REFUSED']),
      message: text.exactOptional(),
    }),
  ),
});

/** What pressing the button came to. */
export const press = z.object({
  result: z.enum(['DONE', 'UNCHANGED']),
  gatewayId: text,
  requestId: text,
  rotationId: text,
  credentialIds: texts,
  pressedAt: at,
  rejectAfter: at,
  refusedEverywhereAt: at,
  propagationBoundSeconds: count,
  preempted: text.exactOptional(),
  adopted: text.exactOptional(),
  notOurs: z.array(z.object({ credentialId: text, deleteAt: text })),
  spared: texts,
  message: text,
});

/** What applying gateways.json changed, or with `plan` would change. */
export const applied = z.object({
  plan: z.boolean(),
  count: count.describe('Changes that were made, or would be.'),
  refused: count.describe('Changes that are refused now.'),
  changes: texts.describe('The first 1,000, each a line.'),
});

/** What importing kits came to; with one problem nothing is imported. */
export const kitsImported = z.object({
  created: texts,
  changed: texts,
  unchanged: texts,
  refused: z.array(z.object({ problem: text, line: count.exactOptional() })),
  applied: applied.exactOptional(),
});

const plannedKey = z.object({
  secretId: text,
  standing,
  text,
  createdAt: at.exactOptional(),
  endsAt: at.exactOptional(),
});
const kitNamed = { kitId: text, kind: text, owner: text };
const readBack = {
  matches: count,
  differs: z.array(z.object(kitNamed)),
  moreDiffer: count,
  showNothing: count,
};

/** What a rotation would do. */
export const plan = z.object({
  gatewayId: text,
  at,
  mayStart: z.boolean(),
  obstacles: z.array(z.object({ code: z.enum([...codesOf(refusals), ...codesOf(obstacles)]), message: text })),
  kits: z.object({
    total: count,
    inUse: count,
    idle: count,
    waitForPeople: count,
    slow: count,
    unreachable: count,
    notAsked: count,
  }),
  rotationRuns: z.literal(true).exactOptional(),
  readBack: z.object(readBack),
  attention: z.array(
    z.object({
      ...kitNamed,
      lastSeenAt: at.exactOptional(),
      isIdle: z.boolean(),
      evidenceNeeded: evidenceKind,
      canRestOn: z.array(evidenceKind).exactOptional(),
      propagationSeconds: count,
      why: z.enum(codesOf(attention)).exactOptional(),
      failure: text.exactOptional(),
    }),
  ),
  moreAttention: count,
  ownKeys: z.array(plannedKey),
  moreOwnKeys: z.object({ total: count, ending: count, notLookedAt: count }),
  unregisteredSources: count,
  proofs: z.partialRecord(evidenceKind, count).exactOptional(),
  credentials: z
    .array(
      z.object({
        credentialId: text,
        createdAt: at,
        lastUsedAt: at.exactOptional(),
        origin: z.enum(['minted', 'adopted', 'foreign']),
      }),
    )
    .exactOptional(),
  tooManySources: z.literal(true).exactOptional(),
  retires: texts,
  notOurs: texts,
  waves: z
    .array(
      z.object({
        wave: count,
        kits: count,
        bakeSeconds: count.exactOptional(),
        named: z.array(z.object({ kitId: text, why: z.enum(['CANARY', 'LEAST_BUSY']), sources: count })),
        lastBecause: z.object({ ownerInstalls: count, idle: count }).exactOptional(),
      }),
    )
    .exactOptional(),
  earliestRevokeAt: at.exactOptional(),
  deadlineAt: at,
  atDeadline: z.enum(['hold', 'roll-back', 'force']),
});

/** One kit that was asked, and nothing changed. */
export const kitTested = z.discriminatedUnion('result', [
  z.object({
    kitId: text,
    kind: text,
    ownKeys: z.array(plannedKey),
    result: z.literal('READY'),
    seen: texts,
    notShown: texts,
    would: texts,
    holds: texts,
  }),
  z.object({
    kitId: text,
    kind: text,
    ownKeys: z.array(plannedKey),
    result: z.literal('FAILED'),
    code: text,
    message: text,
  }),
]);

/** What kits hold, compared with the current credential. */
export const kitsChecked = z.object({
  gateways: z.array(
    z.object({
      ...readBack,
      gatewayId: text,
      result: z.enum(['SAME', 'DIFFERS', 'ROTATION_RUNS', 'NOT_SAID']),
      notAnswered: count,
      nothingToAsk: count,
      obstacles: texts,
    }),
  ),
  differ: count.describe('Gateways with kits that differ.'),
  notSaid: count,
  rotate: count,
});

/** A credential that was handed to the owner of a kit; its value is in no document. */
export const kitFetched = z.object({
  gatewayId: text,
  kitId: text,
  credentialId: text,
  file: text.exactOptional(),
  acknowledged: z.boolean(),
});

/** A rotation that was started; with --watch how it ended. */
export const started = z.object({
  gatewayId: text,
  executionArn: text,
  rotationId: text,
  outcome: z.enum([...outcome.options, 'RUNNING']).exactOptional(),
});

/** Many gateways that were rotated by one command. */
export const fleetRotated = z.object({
  gateways: z.array(
    z.object({
      gatewayId: text,
      result: text,
      rotationId: text.exactOptional(),
      joined: z.literal(true).exactOptional(),
      message: text.exactOptional(),
    }),
  ),
});

/** The key that evidence is signed with. */
export const evidenceKey = z.object({ keyId: text, publicKey: text, fingerprint: text });

/** Records that were put back from a restored table. */
export const restored = z.object({
  results: z.array(z.object({ gatewayId: text, result: text, live: texts, missing: texts })),
});

const kitEntry = z.record(text, z.unknown()).describe('A kit as gateways.json has it.');
const listed = z.object({ credentialId: text, createdAtMs: atMs, lastUsedAtMs: atMs.exactOptional() });
const held = { holds: text, credentialId: text.exactOptional(), kit: text, isNew: z.boolean() };

/** What was found at PingOne and behind it, and what was proposed. */
export const imported = z.object({
  rows: z.array(z.object({ ...held, adminUrl: text, plugin: text, attachedTo: text })),
  entries: z.array(z.object({ ...held, keyValueMap: text, entry: text })),
  kits: z.array(kitEntry),
  unheld: z.array(listed),
  notes: texts,
  listed: z.array(listed),
  gatewayName: text,
  failed: texts.describe('What could not be asked.'),
  gateway: z.record(text, z.unknown()).describe('The gateway as gateways.json would have it.'),
  isWritten: z.boolean(),
});

/** Why a command did not do what it was told. */
export const failure = z.object({ exitCode: count, error: text });
