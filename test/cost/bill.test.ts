import { describe, expect, inject, it } from 'vitest';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { billOf, type Fleet, type Line, prices, usageAt } from './bill.ts';
import { measureRotation, type Usage } from './measure.ts';

const fn = (source: string, MemorySize: number) => ({
  Type: 'AWS::Lambda::Function',
  Metadata: { source },
  Properties: { MemorySize },
});
const template: Template = {
  Resources: {
    Key: { Type: 'AWS::KMS::Key' },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
    Reconcile: fn('lambdas/reconcile.ts', 512),
    Authorize: fn('lambdas/authorize.ts', 1024),
    Sideband: fn('lambdas/sideband.ts', 512),
    VerifyKits: fn('lambdas/verify-kits.ts', 512),
  },
};
const fleet: Fleet = { gateways: 2, kits: 4, nodesPerKit: 1, requestsPerSecond: 0, rotationsPerMonth: 3 };
const used = (readUnits: number, transitions: number): Usage => ({
  readUnits,
  transitions,
  writeUnits: 0,
  secretCalls: 0,
  events: 0,
  messages: 0,
  invocations: 0,
  calls: 0,
});
const quantityOf = (lines: readonly Line[], part: Line['part'], unit: Line['unit']): number =>
  lines.find((line) => line.part === part && line.unit === unit)?.quantity ?? 0;

describe('The monthly bill', () => {
  it('has a line for what stands in the template, a secret for each gateway, and nothing for what is not there', () => {
    const lines = billOf(template, fleet, used(0, 0));
    expect(quantityOf(lines, 'fixed', 'KMS key')).toBe(1);
    expect(quantityOf(lines, 'fixed', 'CloudWatch alarm')).toBe(1);
    expect(quantityOf(lines, 'fixed', 'Secrets Manager secret')).toBe(2);
    expect(lines.map(({ unit }) => unit)).not.toContain('WAF web ACL');
    expect(lines.filter(({ part }) => part === 'requests')).toEqual([]);
  });

  it('counts each rotation of each gateway', () => {
    const lines = billOf(template, fleet, used(100, 50));
    expect(quantityOf(lines, 'rotations', 'Step Functions transition')).toBe(2 * 3 * 50);
    expect(quantityOf(lines, 'rotations', 'DynamoDB read unit')).toBe(2 * 3 * 100);
  });

  it('pays one read, two functions and one API request for each request, and a write a minute for each source', () => {
    const lines = billOf(template, { ...fleet, requestsPerSecond: 1 }, used(0, 0));
    expect(quantityOf(lines, 'requests', 'API Gateway REST request')).toBe(2_629_800);
    expect(quantityOf(lines, 'requests', 'Lambda request')).toBe(2 * 2_629_800);
    expect(quantityOf(lines, 'requests', 'DynamoDB read unit')).toBe(2_629_800);
    expect(quantityOf(lines, 'requests', 'DynamoDB write unit')).toBe(4 * 43_830);
  });

  it('takes a rotation with more kits from the line through two that were measured', () => {
    expect(usageAt(21, { kits: 1, usage: used(10, 7) }, { kits: 11, usage: used(30, 7) })).toEqual(used(50, 7));
  });

  it('can be made of the whole stack, at prices that carry their date', () => {
    const lines = billOf(inject('template'), { ...fleet, requestsPerSecond: 5 }, used(1, 1));
    for (const { unit } of lines) expect(prices.prices[unit]).toBeGreaterThan(0);
    expect(prices.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});

describe('A rotation that is measured', () => {
  it('uses every service, and no more states and functions for more kits of one shard', async () => {
    const [few, many] = [await measureRotation(1), await measureRotation(3)];
    for (const name of ['readUnits', 'writeUnits', 'secretCalls', 'events', 'transitions', 'invocations'] as const)
      expect(few[name], name).toBeGreaterThan(0);
    expect(many.secretCalls).toBeGreaterThan(few.secretCalls);
    expect(many.transitions).toBe(few.transitions);
  });
});
