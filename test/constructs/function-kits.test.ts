import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type FunctionKits, functionKits } from '../../lib/constructs/function-kits.ts';
import { allowedBesides, synthesised } from './synthesised.ts';

describe('a stack with a Lambda function as a kit', () => {
  const stack = synthesised({ gateways: join(import.meta.dirname, 'fixtures', 'function-kits.json') });
  const plain = synthesised();
  const on = (...operations: string[]) =>
    operations.flatMap((operation) =>
      ['authorizer', 'authorizer:*'].map(
        (name) => `lambda:${operation} on arn:{AWS::Partition}:lambda:{AWS::Region}:{AWS::AccountId}:function:${name}`,
      ),
    );
  const read = on('GetAlias', 'GetFunctionConfiguration');
  const more: Readonly<Record<string, readonly string[]>> = {
    'lambdas/begin-rotation.ts': read,
    'lambdas/distribute-shard.ts': [...read, ...on('PublishVersion', 'UpdateAlias', 'UpdateFunctionConfiguration')],
    'lambdas/revoke-credential.ts': read,
    'lambdas/verify-kits.ts': read,
  };

  test.for([...plain.functions.keys()])('lets %s do what it needs with that one, and nothing else', (source) => {
    expect(allowedBesides(plain, stack, source)).toEqual([...(more[source] ?? [])].toSorted());
  });
});

describe('the functions in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'functions-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const functionsIn = (text: string): FunctionKits => {
    const path = join(folder, 'gateways.json');
    writeFileSync(path, text);
    return functionKits(path);
  };
  const kit = (functionName: unknown, kind = 'aws-lambda') => ({ kind, settings: { functionName } });
  const arn = 'arn:aws:lambda:eu-central-1:111122223333:function:fn';

  test.each([
    ['each is there once', [kit('b'), kit(arn), kit('b')], [arn, 'b']],
    [
      'what is no name never becomes a part of a policy',
      [kit('*'), kit('a:*'), kit(`${arn}*`), kit('arn:aws:s3:::x'), kit(7), kit('x', 'webhook'), null, {}, kit('c')],
      ['c'],
    ],
  ])('%s', (_, kits, names) =>
    expect(functionsIn(JSON.stringify({ gateways: [{ kits }] }))).toEqual({ named: names, changed: names }),
  );

  test('one that reads a secret is looked at, and not changed', () => {
    const reader = {
      kind: 'aws-lambda',
      settings: { functionName: 'reader', secret: { secretId: 's', cacheSeconds: 1 } },
    };
    const kits = [kit('both'), reader, { ...reader, settings: { ...reader.settings, functionName: 'both' } }];
    expect(functionsIn(JSON.stringify({ gateways: [{ kits }] }))).toEqual({
      named: ['both', 'reader'],
      changed: ['both'],
    });
  });

  test.each(['{', '[]', '{"gateways":[{}]}'])('%s has none: it is refused elsewhere', (text) =>
    expect(functionsIn(text)).toEqual({ named: [], changed: [] }),
  );
});
