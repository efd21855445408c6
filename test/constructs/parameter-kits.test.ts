import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parameterKits, rolesOfKits } from '../../lib/constructs/parameter-kits.ts';
import { allowedBesides, synthesised } from './synthesised.ts';

describe('a stack with parameters, and secrets of others, of kits', () => {
  const stack = synthesised({ gateways: join(import.meta.dirname, 'fixtures', 'parameter-kits.json') });
  const plain = synthesised();
  const on = (...operations: string[]) =>
    operations.flatMap((operation) =>
      ['edge-credential', 'kits/edge/credential'].map(
        (name) => `ssm:${operation} on arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:parameter/${name}`,
      ),
    );
  const read = [
    ...on('GetParameter', 'ListTagsForResource'),
    'sts:AssumeRole on arn:aws:iam::444455556666:role/rotation',
    'sts:AssumeRole on arn:aws:iam::444455556666:role/teams/secrets',
  ];
  const more: Readonly<Record<string, readonly string[]>> = {
    'lambdas/begin-rotation.ts': read,
    'lambdas/distribute-shard.ts': [...read, ...on('GetParameterHistory', 'PutParameter')],
    'lambdas/revoke-credential.ts': read,
    'lambdas/verify-kits.ts': read,
  };

  test.for([...plain.functions.keys()])('lets %s do what it needs with those, and nothing else', (source) => {
    expect(allowedBesides(plain, stack, source)).toEqual([...(more[source] ?? [])].toSorted());
  });
});

describe('in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parameters-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOf = (kits: unknown): string => {
    const path = join(folder, 'gateways.json');
    writeFileSync(path, JSON.stringify({ gateways: [{ kits }] }));
    return path;
  };
  const kit = (settings: object, kind = 'ssm-parameter') => ({ kind, settings });
  const roleArn = 'arn:aws:iam::444455556666:role/rotation';

  test('each parameter is there once, and what is no name never becomes a part of a policy', () => {
    const names = ['/kits/b', '/kits/*', 'a', '/kits/b', 'a?', 7, '$' + '{aws:username}'];
    const kits = names.map((parameterName) => kit({ parameterName }));
    const others = [kit({ parameterName: 'c' }, 'secrets-manager'), kit({ parameterName: 'd', roleArn }), null, {}];
    expect(parameterKits(fileOf([...kits, ...others]))).toEqual(['/kits/b', 'a']);
  });

  test('each role is there once, of whatever kind its kit is, and nothing that is no role', () => {
    const arns = [
      roleArn,
      `${roleArn}*`,
      'arn:aws:iam::444455556666:role/*',
      '*',
      'arn:aws:iam::444455556666:user/a',
      7,
    ];
    const kits = arns.map((one) => kit({ roleArn: one }, 'secrets-manager'));
    expect(rolesOfKits(fileOf([...kits, kit({ parameterName: 'd', roleArn })]))).toEqual([roleArn]);
  });

  test('that cannot be read is none: it is refused elsewhere', () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{');
    expect([parameterKits(path), rolesOfKits(path)]).toEqual([[], []]);
  });
});
