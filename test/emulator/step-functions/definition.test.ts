import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDefinition } from '../../../lib/emulator/step-functions/definition.ts';
import { only, token } from './running.ts';

const read =
  (definition: unknown, substitutions: Record<string, string> = {}) =>
  () =>
    readDefinition({ name: 'M', definition, substitutions });
const echo = 'arn:aws:lambda:us-east-1:000000000000:function:echo';
const task = { Type: 'Task', Resource: token('Echo') };

test('substitutes the tokens of a definition', () => {
  expect(read(only(task), { Echo: echo })().States.Only).toMatchObject({ Resource: echo });
});

test('takes the workflow of this project', () => {
  const workflow = JSON.parse(readFileSync('lib/rotation.asl.json', 'utf8'));
  const stages = [
    'BeginRotation',
    'CreateCredential',
    'DistributeShard',
    'VerifyKits',
    'RevokeCredential',
    'ConfirmRevoked',
  ];
  expect(read(workflow, Object.fromEntries(stages.map((stage) => [stage, echo])))).not.toThrow();
});

test.each([
  ['a token without a value', only(task), /Only: the Resource .*Echo.* is not the ARN of a function/],
  ['ASL that is not valid', { StartAt: 'None', States: {} }, /not valid ASL/],
  [
    'a state that nothing reaches',
    { StartAt: 'A', States: { A: { Type: 'Pass', End: true }, B: { Type: 'Pass', End: true } } },
    /not valid ASL/,
  ],
  [
    'a Parallel state',
    only({
      Type: 'Parallel',
      Branches: [only({ Type: 'Pass' })].map((branch) => ({ StartAt: 'B', States: { B: branch.States.Only } })),
    }),
    /Parallel states are not emulated/,
  ],
  [
    'a service integration',
    only({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: {} }),
    /is not the ARN of a function/,
  ],
  [
    'a heartbeat',
    only({ Type: 'Task', Resource: echo, TimeoutSeconds: 9, HeartbeatSeconds: 5 }),
    /HeartbeatSeconds of a Task state is not emulated/,
  ],
  ['variables', only({ Type: 'Pass', Assign: { a: 1 } }), /Assign of a Pass state is not emulated/],
  [
    'a distributed Map',
    only({
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'B',
        States: { B: { Type: 'Pass', End: true } },
      },
    }),
    /distributed Map/,
  ],
  [
    'an intrinsic function that is not emulated',
    only({ Type: 'Pass', Parameters: { 'r.$': 'States.MathRandom(1, 9)' } }),
    /MathRandom is not emulated/,
  ],
  ['Parameters that are no object', only({ Type: 'Pass', Parameters: 5 }), /Only: Parameters must be a JSON object/],
  [
    'JSONata in one state',
    { StartAt: 'A', States: { A: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } } },
    /A: JSONata is not emulated/,
  ],
  [
    'JSONata',
    { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Pass', Output: '{% 1 %}', End: true } } },
    /not emulated/,
  ],
])('refuses %s when the machine is declared', (_, definition, message) => {
  expect(read(definition)).toThrow(message);
});
