import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isParametersState, type ParametersState } from '../../../lib/emulator/ssm/parameter-state.ts';
import { parameterCalls } from '../../../lib/emulator/ssm/parameters.ts';
import { createSsm } from '../../../lib/emulator/ssm/ssm.ts';
import { inFile, type Persistence } from '../../../lib/emulator/wire/persistence.ts';
import { AwsError } from '../../../lib/emulator/wire/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'parameters-'));
afterAll(() => rmSync(folder, { recursive: true }));

const kept = (name: string) => inFile<ParametersState>(join(folder, name), isParametersState);
const opened = (persistence: Persistence<ParametersState>) => {
  const service = createSsm(parameterCalls({ persistence, clock: () => 1_000, callerArn: (name) => name }));
  return (operation: string, input: Record<string, unknown>) => service.call(operation, input, { name: 'operator' });
};
const tagged = { ResourceType: 'Parameter', ResourceId: '/kits/a' };
const written = { Name: '/kits/a', Value: 'text', Type: 'SecureString', Tags: [{ Key: 'k', Value: 'v' }] };

test('what was written is there after a restart, with its tags and its history, in a file of its owner alone', async () => {
  const before = opened(kept('parameters.json'));
  await before('PutParameter', written);
  await before('PutParameter', { Name: '/kits/a', Value: 'more', Overwrite: true });

  const after = opened(kept('parameters.json'));
  expect(await after('GetParameter', { Name: '/kits/a', WithDecryption: true })).toMatchObject({
    Parameter: { Value: 'more', Version: 2 },
  });
  expect(await after('ListTagsForResource', tagged)).toEqual({ TagList: [{ Key: 'k', Value: 'v' }] });
  expect(await after('GetParameterHistory', { Name: '/kits/a' })).toMatchObject({
    Parameters: [{ Version: 1 }, { Version: 2 }],
  });
  expect(statSync(join(folder, 'parameters.json')).mode & 0o777).toBe(0o600);
});

test('refuses to begin with a file that is damaged, and leaves it as it is', () => {
  for (const text of ['{', '{"parameters":[{"name":"a","tags":[],"versions":[]}]}', '{"secrets":[]}']) {
    writeFileSync(join(folder, 'damaged.json'), text);
    expect(() => opened(kept('damaged.json'))).toThrow('is damaged');
    expect(readFileSync(join(folder, 'damaged.json'), 'utf8')).toBe(text);
  }
});

test('refuses a write that cannot be saved, and goes on with what was there', async () => {
  let isFull = false;
  const call = opened({
    load: () => undefined,
    save: () => {
      if (isFull) throw new AwsError('ServiceUnavailable', 'full', 503);
    },
  });
  await call('PutParameter', written);
  isFull = true;
  await expect(call('PutParameter', { Name: '/kits/a', Value: 'more', Overwrite: true })).rejects.toThrow('full');
  expect(await call('GetParameter', { Name: '/kits/a', WithDecryption: true })).toMatchObject({
    Parameter: { Value: 'text', Version: 1 },
  });
});

test('keeps the last hundred versions', async () => {
  const call = opened({ load: () => undefined, save: () => undefined });
  await call('PutParameter', written);
  for (let count = 0; count < 100; count += 1)
    await call('PutParameter', { Name: '/kits/a', Value: 'text', Overwrite: true });
  const { Parameters } = await call('GetParameterHistory', { Name: '/kits/a' });
  expect(Parameters).toMatchObject({ 0: { Version: 2 }, length: 50 });
  await expect(call('GetParameter', { Name: '/kits/a:1' })).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
});

test('refuses what is not played here, and never makes an answer up', async () => {
  const call = opened({ load: () => undefined, save: () => undefined });
  await expect(call('GetParametersByPath', { Path: '/' })).rejects.toMatchObject({ name: 'UnknownOperationException' });
  await expect(call('PutParameter', { ...written, Policies: '[]' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  const byType = { ParameterFilters: [{ Key: 'Type', Values: ['SecureString'] }] };
  await call('PutParameter', written);
  await expect(call('DescribeParameters', byType)).rejects.toMatchObject({ name: 'InvalidFilterKey' });
});
