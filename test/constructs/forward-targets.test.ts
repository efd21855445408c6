import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { forwardTargets } from '../../lib/constructs/forward-targets.ts';
import { forwarding, synthesised } from './synthesised.ts';

describe('a stack whose gateways forward to PingOne', () => {
  const stack = synthesised({ gateways: forwarding });
  const secret = 'secret:gateway-credential/{AWS::StackName}-{AWS::StackId}/payments-??????';

  test('lets the sideband read that one secret, and decrypt through Secrets Manager', () => {
    expect(stack.permissionsOf('lambdas/sideband.ts').filter((one) => !one.startsWith('logs:'))).toEqual([
      'kms:Decrypt on {RotationKey.Arn} when StringEquals=kms:ViaService=secretsmanager.{AWS::Region}.amazonaws.com',
      `secretsmanager:GetSecretValue on arn:{AWS::Partition}:secretsmanager:{AWS::Region}:{AWS::AccountId}:${secret}`,
    ]);
  });

  test('lets nobody else do more', () => {
    const plain = synthesised();
    for (const [source] of plain.functions)
      if (source !== 'lambdas/sideband.ts') expect(stack.permissionsOf(source)).toEqual(plain.permissionsOf(source));
  });
});

describe('the targets in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'targets-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const targetsIn = (text: string): readonly string[] => {
    const path = join(folder, 'gateways.json');
    writeFileSync(path, text);
    return forwardTargets(path);
  };
  const to = (target: unknown) => ({ decision: { kind: 'forward', to: target } });

  test.each([
    ['each is there once', [to('payments'), to('a'), to('payments')], ['a', 'payments']],
    [
      'what is no id never becomes a part of a policy',
      [to('*'), to('a/*'), to('A'), to(1), to(null), {}, to('b')],
      ['b'],
    ],
    ['nobody forwards', [{ decision: { kind: 'allow-all' } }], []],
  ])('%s', (_, gateways, targets) => expect(targetsIn(JSON.stringify({ gateways }))).toEqual(targets));

  test.each(['{', '[]', 'null', '{"gateways":1}'])('%s has none: it is refused elsewhere', (text) =>
    expect(targetsIn(text)).toEqual([]),
  );
});
