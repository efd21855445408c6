import * as z from 'zod';
import { gatewayActs, gatewayStates, parts } from '../../../lambdas/console/view/parts.ts';
import { codesOf } from '../../../lambdas/domain/codes.ts';
import { newsFailures, newsSeverities } from '../../../lambdas/domain/news.ts';
import { secretTroubles } from '../../../lambdas/domain/secret-troubles.ts';
import {
  atMs,
  count,
  credentialLife,
  gatewayRow,
  historyEntry,
  keyLine,
  kitRow,
  laggard,
  page,
  rotation,
  state,
  steps,
  text,
  texts,
  useSpan,
} from './parts.ts';

/** All gateways, as `status` prints them. */
export const gatewaysView = z.object({
  view: z.literal('gateways'),
  nowMs: atMs,
  filter: text,
  labels: text.exactOptional(),
  state: state.exactOptional(),
  counts: z.partialRecord(z.enum(gatewayStates), count).describe('Of all gateways, whatever the filter.'),
  page,
  rows: z.array(gatewayRow),
});

export const kitsOfView = z.object({
  page,
  total: count,
  updated: count,
  late: count,
  attention: count,
  lateFor: z.partialRecord(laggard, count).describe('How many are late for which reason, whatever was asked for.'),
  failed: z.array(kitRow).describe('The first five that could not be given the credential, whatever was asked for.'),
  rows: z.array(kitRow),
});

/** One of them, with its credentials and kits. */
export const gatewayView = z.object({
  view: z.literal('gateway'),
  nowMs: atMs,
  gatewayId: text,
  revision: count,
  state,
  rotation: rotation.exactOptional(),
  steps: steps.exactOptional(),
  nextScheduledAtMs: atMs.exactOptional(),
  targetId: text.exactOptional(),
  waitsFor: z.array(z.object({ text, untilAtMs: atMs.exactOptional() })),
  secretTroubles: z.array(z.object({ code: z.enum(codesOf(secretTroubles)), text })),
  ownKeys: z
    .object({ lookedAtMs: atMs, isWhole: z.boolean(), total: count, ending: count, lines: z.array(keyLine) })
    .exactOptional(),
  ahead: z.array(z.object({ text, atMs })),
  credentials: z.array(credentialLife),
  moves: z.array(z.object({ atMs, kits: count, named: texts })),
  filter: text,
  labels: text.exactOptional(),
  owner: text.exactOptional(),
  late: z.union([z.literal('only'), laggard]).exactOptional(),
  part: z.enum(parts).exactOptional(),
  kits: kitsOfView,
  unregistered: z.array(useSpan),
  moreUnregistered: count,
  uses: z.object({
    sources: count,
    spans: z.array(z.array(useSpan)),
    byCredential: z.array(z.object({ credentialId: text, sources: count, lastUsedAtMs: atMs })),
  }),
  history: z.array(historyEntry),
  offers: z.array(z.object({ act: z.enum(gatewayActs), isAllowed: z.boolean(), why: text.exactOptional() })),
});

/** A page of the record of a gateway. */
export const historyView = z.object({
  view: z.literal('history'),
  nowMs: atMs,
  gatewayId: text,
  page,
  entries: z.array(historyEntry),
});

/** A page of what people were told. */
export const newsView = z.object({
  view: z.literal('news'),
  nowMs: atMs,
  gatewayId: text,
  page,
  entries: z.array(
    z.object({
      atMs,
      subject: text,
      text,
      severity: z.enum(newsSeverities),
      owner: text.exactOptional(),
      kitId: text.exactOptional(),
      channel: text.exactOptional(),
      channelKind: text.exactOptional(),
      act: z.enum(['tell', 'acknowledge', 'resolve']),
      state: z.enum(['WAITING', 'DELIVERED', 'DEAD', 'NO_CHANNEL']),
      attempts: count,
      attemptedAtMs: atMs.exactOptional(),
      nextAttemptAtMs: atMs.exactOptional(),
      failure: z.enum(codesOf(newsFailures)).exactOptional(),
      why: text.exactOptional(),
    }),
  ),
});
