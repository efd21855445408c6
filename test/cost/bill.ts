import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { gaugeMetrics } from '../../lambdas/domain/metric.ts';
import { resourcesOf, type Template } from '../../lib/emulator/cloudformation/template.ts';
import type { Usage } from './measure.ts';

/** What is to be paid for. `requestsPerSecond` counts requests to the policy check: a kit makes two for one of its clients. */
export type Fleet = {
  readonly gateways: number;
  readonly kits: number;
  /** Machines of one kit, each with an address of its own. */
  readonly nodesPerKit: number;
  readonly requestsPerSecond: number;
  /** Of each gateway. */
  readonly rotationsPerMonth: number;
};

const priceNames = [
  'API Gateway REST request',
  'Lambda request',
  'Lambda arm64 GB-second',
  'Lambda provisioned GB-second',
  'DynamoDB read unit',
  'DynamoDB write unit',
  'Step Functions transition',
  'Secrets Manager secret',
  'Secrets Manager call',
  'KMS key',
  'KMS request',
  'KMS ECC signature',
  'EventBridge event',
  'SNS publish',
  'CloudWatch alarm',
  'CloudWatch dashboard',
  'CloudWatch custom metric',
  'CloudWatch Logs GB',
  'X-Ray trace',
  'CloudTrail data event',
  'WAF web ACL',
  'WAF rule',
  'WAF request',
] as const;
type PriceName = (typeof priceNames)[number];
const priceFile = z.strictObject({
  asOf: z.iso.date(),
  region: z.string(),
  currency: z.string(),
  note: z.string(),
  prices: z.strictObject(
    Object.fromEntries(priceNames.map((name) => [name, z.number().positive()])) as Record<PriceName, z.ZodNumber>,
  ),
});

/** The prices, with their date: the only place where they stand. */
export const prices = priceFile.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8')));

/** How long things take and how much is logged: nothing that this machine could measure for AWS. */
export const assumed = {
  /** Of the authorizer and of the sideband function, for one request, warm. */
  authorizeMs: 12,
  sidebandMs: 3,
  /** Of every other function: so much, and so much for each AWS call. */
  stepMs: 40,
  callMs: 10,
  /** Its line in the access log: Lambda writes no lines of its own for the two functions of a request. */
  logBytesPerRequest: 500,
  logBytesPerCall: 1_000,
} as const;

/** One line of the bill: a quantity a month at the price of its unit. */
export type Line = {
  readonly part: 'fixed' | 'requests' | 'rotations';
  readonly unit: PriceName;
  readonly quantity: number;
};

const monthSeconds = (365.25 * 86_400) / 12;

/** Every line of the monthly bill, from the template, what a rotation was measured to use, and the fleet. */
export const billOf = (template: Template, fleet: Fleet, rotation: Usage): readonly Line[] =>
  [
    ...fixedLines(template, fleet),
    ...requestLines(template, fleet),
    ...rotationLines(template, fleet, rotation),
  ].filter(({ quantity }) => quantity > 0);

const fixedLines = (template: Template, { gateways }: Fleet): readonly Line[] => {
  const count = (type: string) => resourcesOf(template, type).length;
  const rounds = monthSeconds / 60;
  const fixed = (unit: PriceName, quantity: number): Line => ({ part: 'fixed', unit, quantity });
  const seconds = (rounds * (assumed.stepMs + assumed.callMs * (1 + gateways))) / 1000;
  return [
    fixed('KMS key', count('AWS::KMS::Key')),
    fixed('Secrets Manager secret', gateways),
    fixed('CloudWatch alarm', count('AWS::CloudWatch::Alarm') + count('AWS::CloudWatch::CompositeAlarm')),
    fixed('CloudWatch dashboard', count('AWS::CloudWatch::Dashboard')),
    fixed('WAF web ACL', count('AWS::WAFv2::WebACL')),
    fixed('CloudWatch custom metric', gaugeMetrics.length), // the others are counted when they happen
    // The reconciler's rounds: a query of the list and a read of each gateway to repair, the same at half the price to measure, and every 15 minutes a look at each secret.
    fixed('Lambda request', rounds),
    fixed('Lambda arm64 GB-second', seconds * memoryGb(template, 'lambdas/reconcile.ts')),
    fixed('DynamoDB read unit', rounds * (2 + 1.5 * gateways)),
    fixed('Secrets Manager call', (rounds / 15) * gateways),
  ];
};

const requestLines = (template: Template, { requestsPerSecond, kits, nodesPerKit }: Fleet): readonly Line[] => {
  const requests = requestsPerSecond * monthSeconds;
  const inUse = requests > 0 ? kits * nodesPerKit : 0;
  const of = (unit: PriceName, quantity: number): Line => ({ part: 'requests', unit, quantity });
  const gbSeconds =
    (requests / 1000) *
    (assumed.authorizeMs * memoryGb(template, 'lambdas/authorize.ts') +
      assumed.sidebandMs * memoryGb(template, 'lambdas/sideband.ts'));
  return [
    of('API Gateway REST request', requests),
    of('Lambda request', 2 * requests),
    of('Lambda arm64 GB-second', gbSeconds),
    of('Lambda provisioned GB-second', provisionedGb(template) * monthSeconds),
    of('DynamoDB read unit', requests), // one consistent read of a record below 4 KB
    of('DynamoDB write unit', Math.min(requests, (inUse * monthSeconds) / 60)), // each source once a minute
    of('CloudWatch Logs GB', (requests * assumed.logBytesPerRequest) / 1e9),
    ...(resourcesOf(template, 'AWS::WAFv2::WebACL').length > 0 ? [of('WAF request', requests)] : []),
  ];
};

/** The lines of the rotations alone. */
export const rotationLines = (template: Template, fleet: Fleet, usage: Usage): readonly Line[] => {
  const rotations = fleet.gateways * fleet.rotationsPerMonth;
  const of = (unit: PriceName, each: number): Line => ({ part: 'rotations', unit, quantity: rotations * each });
  const seconds = (usage.invocations * assumed.stepMs + usage.calls * assumed.callMs) / 1000;
  return [
    of('Step Functions transition', usage.transitions),
    of('Lambda request', usage.invocations),
    of('Lambda arm64 GB-second', seconds * memoryGb(template, 'lambdas/verify-kits.ts')),
    of('DynamoDB read unit', usage.readUnits),
    of('DynamoDB write unit', usage.writeUnits),
    of('Secrets Manager call', usage.secretCalls),
    of('KMS request', usage.secretCalls + usage.messages),
    of('EventBridge event', usage.events),
    of('SNS publish', usage.messages),
    of('X-Ray trace', usage.invocations),
    of('CloudWatch Logs GB', ((usage.invocations + usage.transitions) * assumed.logBytesPerCall) / 1e9),
  ];
};

const memoryGb = (template: Template, source: string): number => {
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(({ Metadata }) => Metadata?.source === source);
  if (!found) throw new Error(`The template has no function of ${source}.`);
  return Number(found.Properties?.MemorySize ?? 128) / 1024;
};

const provisionedGb = (template: Template): number =>
  resourcesOf(template, 'AWS::Lambda::Alias').reduce((sum, { Properties }) => {
    const provisioned = Properties?.ProvisionedConcurrencyConfig as
      | { ProvisionedConcurrentExecutions?: number }
      | undefined;
    return sum + Number(provisioned?.ProvisionedConcurrentExecutions ?? 0) * memoryGb(template, 'lambdas/authorize.ts');
  }, 0);

/** What a rotation with so many kits uses, on the line through two measurements. */
export const usageAt = (
  kits: number,
  few: { kits: number; usage: Usage },
  many: { kits: number; usage: Usage },
): Usage => {
  const at = (name: keyof Usage): number => {
    const perKit = (many.usage[name] - few.usage[name]) / (many.kits - few.kits);
    return Math.max(0, few.usage[name] + perKit * (kits - few.kits));
  };
  return Object.fromEntries((Object.keys(few.usage) as (keyof Usage)[]).map((name) => [name, at(name)])) as Usage;
};
