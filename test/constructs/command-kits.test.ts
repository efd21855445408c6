import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandKits } from '../../lib/constructs/command-kits.ts';
import { allowedBesides, synthesised } from './synthesised.ts';

describe('a stack with nodes that fetch their credential', () => {
  const stack = synthesised({ gateways: join(import.meta.dirname, 'fixtures', 'command-kits.json') });
  const plain = synthesised();
  const here = '{AWS::Region}:{AWS::AccountId}';
  const arn = (service: string, name: string) => `arn:{AWS::Partition}:${service}:${here}:${name}`;
  const read = [`ssm:DescribeDocument on ${arn('ssm', 'document/ping-credential')}`];
  const byTag = 'when StringEquals=ssm:resourceTag/kit=edge 1';
  const change = [
    'ssm:ListCommands on *',
    `ssm:SendCommand on ${arn('ssm', 'document/ping-credential')}`,
    `ssm:SendCommand on ${arn('ec2', 'instance/i-0123456789abcdef0')}`,
    `ssm:SendCommand on ${arn('ssm', 'managed-instance/mi-0123456789abcdef0')}`,
    `ssm:SendCommand on ${arn('ec2', 'instance/*')} ${byTag}`,
    `ssm:SendCommand on ${arn('ssm', 'managed-instance/*')} ${byTag}`,
  ];
  const more: Readonly<Record<string, readonly string[]>> = {
    'lambdas/begin-rotation.ts': read,
    'lambdas/distribute-shard.ts': change,
  };

  test.for([...plain.functions.keys()])('lets %s run that document on these nodes, and nothing else', (source) => {
    expect(allowedBesides(plain, stack, source)).toEqual([...(more[source] ?? [])].toSorted());
  });
});

describe('the documents in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commands-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('what is no name, no id and no tag never becomes a part of a policy', () => {
    const targetTag = { key: 'kit', value: 'edge' };
    const kit = (runCommand: object, kind = 'pinggateway') => ({ kind, settings: { runCommand } });
    const kits = [
      kit({ documentName: '*', targetTag }),
      kit({ documentName: 'AWS-RunShellScript', targetTag }),
      kit({ documentName: 'good', instanceIds: ['*'] }),
      kit({ documentName: 'good', targetTag: { key: 'a*', value: 'b' } }),
      kit({ documentName: 'good', targetTag: { key: 'a', value: '*' } }),
      kit({ documentName: 'good', targetTag }, 'webhook'),
      { kind: 'pinggateway', settings: { folder: { path: '/mnt/ping', fileName: 'a' } } },
      kit({ documentName: 'good', targetTag }),
    ];
    const path = join(folder, 'gateways.json');
    writeFileSync(path, JSON.stringify({ gateways: [{ kits }] }));
    expect(commandKits(path)).toEqual([{ documentName: 'good', targetTag }]);
  });
});
