import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { commandsText } from '../../lib/cli/command-table.ts';
import type { PeopleRole } from '../../lib/constructs/people.ts';
import { resolverFor } from '../../lib/emulator/cloudformation/template.ts';
import { deployedNames, pseudoParameters } from '../../lib/local/names.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { cliOf } from '../cli/terminal-double.ts';
import { gateways } from '../constructs/synthesised.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';
import { personNamed } from './evaluation/access.ts';
import { evaluator, keysLookedAt } from './evaluation/evaluate.ts';
import { policiesOf } from './evaluation/template-policies.ts';
import { lineOf } from './grant-line.ts';
import { orders } from './playing.ts';

const roles = ['Viewer', 'Operator', 'Emergency', 'KitOwner', 'Auditor', 'Registry'] as const;
const everybody: readonly PeopleRole[] = roles;
const nobody: readonly PeopleRole[] = [];
const why = ['--reason', 'test'];

let system: System;
let role: PeopleRole | undefined;
let folder: string;
let rotationId: string;
const used = new Map<PeopleRole, Set<string>>(roles.map((one) => [one, new Set()]));

beforeAll(async () => {
  const kits = [manualKit('one'), manualKit('two')];
  const owners = { 'one-team@example.com': { principals: ['arn:aws:iam::000000000000:user/operator'] } };
  system = await openRotated({ kits, telling: { owners }, actsAs: () => role });
  rotationId = (await system.gateway()).ended.at(-1)?.rotationId ?? '';
  folder = mkdtempSync(join(tmpdir(), 'people-'));
  writeFileSync(join(folder, 'gateways.json'), JSON.stringify({ owners, gateways: [orders({ kits })] }));
  writeFileSync(join(folder, 'kits.csv'), 'kitId,kind,owner\nthree,manual,three-team@example.com\n');
});
afterAll(async () => {
  role = undefined;
  await system.close();
  rmSync(folder, { recursive: true });
});

const file = (): readonly string[] => ['--file', join(folder, 'gateways.json')];

/** Every command that asks a deployment, in an order in which each finds something to do, and who may. */
const commands: Readonly<Record<string, readonly [words: () => readonly string[], may: readonly PeopleRole[]]>> = {
  status: [() => ['status', 'orders'], everybody],
  history: [() => ['history', 'orders'], everybody],
  news: [() => ['news', 'orders'], everybody],
  'kits list': [() => ['kits', 'list', 'orders'], everybody],
  watch: [() => ['watch', '--every', '1'], everybody],
  'kits check': [() => ['kits', 'check'], everybody],
  plan: [() => ['plan', 'orders'], ['Operator']],
  'kits test': [() => ['kits', 'test', 'orders', 'one'], ['Operator']],
  rotate: [() => ['rotate', 'orders', ...why], ['Operator']],
  hold: [() => ['hold', 'orders', ...why], ['Operator']],
  resume: [() => ['resume', 'orders', ...why], ['Operator']],
  extend: [() => ['extend', 'orders', '--until', '3h', ...why], ['Operator']],
  'kits retry': [() => ['kits', 'retry', 'orders', 'one', ...why], ['Operator']],
  'kits retire-source': [() => ['kits', 'retire-source', 'orders', 'one', '10.0.0.7', ...why], ['Operator']],
  // To look at his kits is a kit owner's; the value he reads by a statement on his own gateways' secrets alone.
  'kits fetch': [() => ['kits', 'fetch', 'orders', 'one', '--out', join(folder, 'value')], nobody],
  'kits acknowledge': [() => ['kits', 'acknowledge', 'orders', 'one', ...why], ['Operator']],
  'roll-back': [() => ['roll-back', 'orders', ...why], ['Operator']],
  force: [() => ['force', 'orders', '--yes', ...why], ['Operator']],
  adopt: [() => ['adopt', 'orders', '--credential', 'AAAAAAAAAA', ...why], ['Operator']],
  'retire-credential': [() => ['retire-credential', 'orders', '--credential', 'AAAAAAAAAA', ...why], ['Operator']],
  'waive-proof': [() => ['waive-proof', 'orders', '--credential', 'AAAAAAAAAA', ...why], ['Operator']],
  repair: [() => ['repair', 'orders', ...why], ['Operator']],
  recover: [() => ['recover', 'orders', ...why], ['Operator']],
  'apply --plan': [() => ['apply', join(folder, 'gateways.json'), '--plan'], everybody],
  apply: [() => ['apply', join(folder, 'gateways.json'), '--yes'], ['Registry']],
  'kits add': [
    () => ['kits', 'add', 'orders', 'four', '--kind', 'manual', '--owner', 'a@example.com', '--yes', ...file()],
    ['Registry'],
  ],
  'kits import': [() => ['kits', 'import', 'orders', join(folder, 'kits.csv'), '--yes', ...file()], ['Registry']],
  'kits remove': [() => ['kits', 'remove', 'orders', 'two', '--yes', ...file()], ['Registry']],
  evidence: [() => ['evidence', rotationId, '--out', join(folder, 'evidence.json')], ['Auditor']],
  'evidence-key': [() => ['evidence-key'], ['Auditor']],
  compromised: [() => ['compromised', 'orders', '--confirm', 'orders', ...why], ['Emergency']],
  restore: [() => ['restore', 'orders', '--from-table', 'restored', '--yes', ...why], nobody],
};

/** These ask others with the caller's own rights, or nobody. */
const askNoDeployment = ['import', 'kits export', 'start', 'completion'];

test('every command is among those whose rights are looked at', () => {
  const names = [...commandsText().matchAll(/^\| `([a-z- ]+?)(?: [[<][^`]*)?` \|/gm)].map(([, name]) => name);
  expect(names.filter((name) => !askNoDeployment.includes(name ?? '')).toSorted()).toEqual(
    Object.keys(commands)
      .filter((name) => !name.includes('--'))
      .toSorted(),
  );
});

/** What everybody may: find the stack, have the console shown, and plan; and owners, ask about their own kits. */
const toLook =
  /^cloudformation:DescribeStacks on |^lambda:InvokeFunction on .*:function:(console|[a-z-]+:plan)$|^lambda:InvokeFunction(Url)? on .*:function:own-kits:url$/;

/** Runs a command with the policy of a role; what IAM said of it meanwhile. */
const runAs = async (one: PeopleRole, words: readonly string[]) => {
  const before = system.decisions.length;
  role = one;
  const ran = await cliOf(system)(words).finally(() => {
    role = undefined;
  });
  const decided = system.decisions.slice(before).filter(({ caller }) => caller === personNamed(one));
  for (const { by } of decided) for (const grant of by) used.get(one)?.add(lineOf(grant));
  const refused = decided.flatMap(({ isAllowed, question }) => (isAllowed ? [] : [question.action]));
  const allowed = decided.flatMap(({ isAllowed, question: { action, resource } }) =>
    isAllowed ? [`${action} on ${resource}`] : [],
  );
  return { ...ran, allowed, refused };
};

describe.each(Object.entries(commands))('%s', (_, [words, may]) => {
  test.each(roles.filter((one) => !may.includes(one)))('refuses a %s', async (one) => {
    const { exitCode, allowed, refused } = await runAs(one, words());
    expect({ exitCode, refused }).toEqual({ exitCode: 4, refused: [expect.any(String)] });
    expect(allowed.filter((call) => !toLook.test(call))).toEqual([]);
  });

  test.each(may)('is done for a %s', async (one) => {
    const { exitCode, said, allowed, refused } = await runAs(one, words());
    expect({ refused, said: exitCode > 1 ? said : '' }).toEqual({ refused: [], said: '' });
    expect(allowed.length).toBeGreaterThan(1); // to find the stack, and then to ask it
  });
});

describe('the console', () => {
  const act = async (one: PeopleRole): Promise<string> => {
    const lambda = new LambdaClient(clientSettings({ environment: system.deployment.cloud.operator }));
    role = one;
    const Payload = JSON.stringify({ format: 'json', gatewayId, act: 'plan', actor: 'a', reason: 'b', requestId: one });
    try {
      await lambda.send(new InvokeCommand({ FunctionName: 'console-act', Payload }));
      return 'acted';
    } catch (error) {
      return error instanceof Error ? error.name : '';
    } finally {
      role = undefined;
      lambda.destroy();
      for (const { caller, by } of system.decisions)
        if (caller === personNamed(one)) for (const grant of by) used.get(one)?.add(lineOf(grant));
    }
  };

  test('acts for an Operator, and for nobody else', async () => {
    const answers = await Promise.resolve(
      roles.reduce<Promise<readonly string[]>>(
        async (before, one) => [...(await before), await act(one)],
        Promise.resolve([]),
      ),
    );
    expect(answers).toEqual(roles.map((one) => (one === 'Operator' ? 'acted' : 'AccessDeniedException')));
  });
});

const template = synthesise({ gateways });
const policies = policiesOf(template, resolverFor(deployedNames(template), pseudoParameters));

describe('The managed policies', () => {
  test('are those of the roles', () => {
    expect([...policies.people.keys()]).toEqual(roles);
  });

  test.each(roles)('of a %s allows nothing that none of its commands needs', (one) => {
    const lines = (policies.people.get(one) ?? []).map(lineOf);
    expect(lines.filter((line) => !used.get(one)?.has(line))).toEqual([]);
  });

  test.each(roles)('of a %s does not let in where functions go: tables, secrets, kits, and each other', async (one) => {
    const grants = policies.people.get(one) ?? [];
    const evaluate = evaluator(policies.ofResources, keysLookedAt(grants));
    const toAsk = ['lambda:InvokeFunction', 'states:StartExecution', 'states:DescribeExecution', 'kms:GetPublicKey'];
    const ofFunctions = [...policies.roles.values()].flatMap(({ grants }) => grants);
    expect(ofFunctions.length).toBeGreaterThan(100);
    const allowed: string[] = [];
    for (const { action, resource } of ofFunctions) {
      if (toAsk.includes(action) || !/^(dynamodb|secretsmanager|kms|sns|events|states|sqs):\w+$/.test(action)) continue;
      const question = { action, resource: resource.replaceAll('*', 'x').replaceAll('?', 'x'), context: {} };
      const principal = { arn: `arn:aws:iam::000000000000:user/${one}`, grants };
      if ((await evaluate(principal, question)).isAllowed) allowed.push(`${action} on ${question.resource}`);
    }
    expect(allowed).toEqual([]);
  });

  test.each(roles)(
    'of a %s invokes the function that takes decisions by its URL alone, and none that nobody asks',
    async (one) => {
      const grants = policies.people.get(one) ?? [];
      const evaluate = evaluator(policies.ofResources, keysLookedAt(grants));
      const principal = { arn: `arn:aws:iam::000000000000:user/${one}`, grants };
      for (const name of ['operate', 'operate:url', 'begin-rotation', 'authorize', 'reconcile', 'rotate-secret']) {
        const resource = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
        const question = { action: 'lambda:InvokeFunction', resource, context: {} };
        expect(await evaluate(principal, question)).toMatchObject({ isAllowed: false });
      }
    },
  );
});
