import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { edgeKits } from '../../lib/constructs/edge-kits.ts';
import { allowedBesides, synthesised } from './synthesised.ts';

describe('a stack with a function at the edge of CloudFront as a kit', () => {
  const stack = synthesised({ gateways: join(import.meta.dirname, 'fixtures', 'edge-kits.json') });
  const plain = synthesised();
  const functionArn = 'arn:{AWS::Partition}:lambda:us-east-1:{AWS::AccountId}:function:edge-kit';
  const distribution = 'arn:{AWS::Partition}:cloudfront::{AWS::AccountId}:distribution/E2QWRUHAPOMQZL';
  const read = [
    `cloudfront:GetDistribution on ${distribution}`,
    ...['GetFunction', 'GetFunctionConfiguration'].flatMap((operation) => [
      `lambda:${operation} on ${functionArn}`,
      `lambda:${operation} on ${functionArn}:*`,
    ]),
  ];
  const change = [
    ...['GetDistributionConfig', 'UpdateDistribution'].map((operation) => `cloudfront:${operation} on ${distribution}`),
    ...['PublishVersion', 'UpdateFunctionCode'].map((operation) => `lambda:${operation} on ${functionArn}`),
    ...['DisableReplication*', 'EnableReplication*'].map((operation) => `lambda:${operation} on ${functionArn}:*`),
  ];
  const more: Readonly<Record<string, readonly string[]>> = {
    'lambdas/begin-rotation.ts': read,
    'lambdas/distribute-shard.ts': [...read, ...change],
    'lambdas/revoke-credential.ts': read,
    'lambdas/verify-kits.ts': read,
  };

  test.for([...plain.functions.keys()])('lets %s do what it needs with that one, and nothing else', (source) => {
    expect(allowedBesides(plain, stack, source)).toEqual([...(more[source] ?? [])].toSorted());
  });
});

describe('the functions at the edge in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const edgeIn = (text: string) => {
    const path = join(folder, 'gateways.json');
    writeFileSync(path, text);
    return edgeKits(path);
  };
  const kit = (functionName: unknown, distributionId: unknown = 'E2QWRUHAPOMQZL', kind = 'aws-lambda-edge') => ({
    kind,
    settings: { functionName, distributionId },
  });
  const arn = 'arn:aws:lambda:us-east-1:111122223333:function:fn';

  test('are there, each once, with their distributions', () => {
    const kits = [kit('b'), kit(arn), kit('b', 'EABCDEFGHIJKL'), kit('b')];
    expect(edgeIn(JSON.stringify({ gateways: [{ kits }] }))).toEqual({
      functions: [arn, 'b'],
      distributions: ['E2QWRUHAPOMQZL', 'EABCDEFGHIJKL'],
    });
  });

  test('that are no names never become a part of a policy', () => {
    const elsewhere = 'arn:aws:lambda:eu-central-1:111122223333:function:fn';
    const wrong = [kit('*'), kit('a:*'), kit(elsewhere), kit(7), kit('x', '*'), kit('x', 'E1/../*'), null, {}];
    const kits = [...wrong, kit('y', undefined, 'aws-lambda')];
    expect(edgeIn(JSON.stringify({ gateways: [{ kits }] }))).toEqual({ functions: [], distributions: [] });
  });

  test.each(['{', '[]', '{"gateways":[{}]}'])('%s has none: it is refused elsewhere', (text) =>
    expect(edgeIn(text)).toEqual({ functions: [], distributions: [] }),
  );
});
