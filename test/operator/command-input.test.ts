import { describe, expect, it } from 'vitest';
import { readAct } from '../../lambdas/console/form-input.ts';
import { type OperatorField, operatorCommandNames, operatorCommands } from '../../lambdas/domain/operator-commands.ts';
import { readCommand } from '../../lambdas/operator/command-input.ts';

const said = { gatewayId: 'orders', reason: 'because', actor: 'alice' };
const values: Readonly<Record<OperatorField, unknown>> = {
  deadlineAt: '2099-01-01T00:00:00Z',
  kits: 1,
  kitsHash: '7692c3ad3540bb80',
  kitId: 'one',
  source: '10.0.0.2',
  credentialId: 'OLDold0001',
  versionId: '33333333-3333-4333-8333-333333333333',
};
const valuesOf = (fields: readonly OperatorField[]) =>
  Object.fromEntries(fields.map((field) => [field, values[field]]));
const rows = operatorCommandNames.map((name) => ({ name, ...operatorCommands[name] }));

describe('a command of an operator', () => {
  it.for(rows)('$name is read with the fields that its row names', ({ name, required, optional }) => {
    const least = { command: name, ...said, ...valuesOf(required) };
    expect(readCommand(least)).toEqual(least);
    const all = { ...least, ...valuesOf(optional) };
    expect(readCommand(all)).toEqual(all);
  });
  it.for(rows)('$name is refused with a field that is not its own, or without one that is', ({ name, ...row }) => {
    const { required, optional }: Record<'required' | 'optional', readonly OperatorField[]> = row;
    const all = { command: name, ...said, ...valuesOf([...required, ...optional]) };
    for (const field of Object.keys(values) as OperatorField[]) {
      if (optional.includes(field)) continue;
      const { [field]: _, ...without } = all as Record<string, unknown>;
      expect(() => readCommand(required.includes(field) ? without : { ...all, [field]: values[field] })).toThrow(field);
    }
  });
  it('whose credential is a value is refused without repeating it', () => {
    const value = `gwc_OLDold0001_${'x'.repeat(49)}`;
    expect(() => readCommand({ command: 'adopt', ...said, ...valuesOf(['versionId']), credentialId: value })).toThrow(
      /^(?!.*gwc_).*never its value/s,
    );
  });
});

describe('a form of the console', () => {
  it.for(rows)('decides $name exactly if it is about a rotation or a kit', ({ name, about, required, optional }) => {
    const fields = Object.entries(valuesOf([...required, ...optional])).map(([field, value]) => [field, `${value}`]);
    const form = { act: name, requestId: 'r-1', ...said, ...Object.fromEntries(fields) };
    if (about === 'rotation' || about === 'kit') expect(readAct(form)).toMatchObject({ act: name, ...said });
    else expect(() => readAct(form)).toThrow(/act/);
  });
});
