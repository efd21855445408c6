import { describe, expect, test } from 'vitest';
import { lineOf } from './grant-line.ts';
import { scenarios } from './scenarios.ts';
import { countUsage, neverUsed } from './usage.ts';

const { usage, add } = countUsage();

describe('The policies of the template', () => {
  test.each(scenarios)('allow every call of: $name', async ({ play }) => {
    const system = await play();
    add(system.deployment.grants, system.decisions);
    await system.close();
    expect([...usage.refused.keys()]).toEqual([]);
  });

  test('allow nothing that no scenario needs', () => {
    expect(neverUsed(usage).map(({ grant }) => `${grant.of}: ${lineOf(grant)}`)).toEqual([]);
  });
});
