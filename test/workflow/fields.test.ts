import { describe, expect, it } from 'vitest';
import { readPress } from '../../lambdas/compromise/press-input.ts';
import { readAct } from '../../lambdas/console/form-input.ts';
import { readCommand } from '../../lambdas/operator/command-input.ts';
import { operateThroughUrl } from '../../lambdas/operator/function-url.ts';
import { applyEvent } from '../../lambdas/registry/apply-file.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import { beginRotation } from '../../lambdas/workflow/begin-rotation.ts';
import { runCommand } from '../../lib/cli/program.ts';

/** What evidence could not be signed with, or what a terminal or a page would obey. */
const illFormed = [
  ['half of a surrogate pair', 'leak \ud83d'],
  ['an escape sequence', 'leak \u001b[2J'],
  ['a null', 'le\u0000ak'],
  ['a direction override', 'leak \u202eevil'],
  ['two lines', 'leak\nrevision 7: force'],
  ['a line separator', 'leak\u2028x'],
] as const;

const nobody = () => Promise.reject(new Error('Nothing is asked after a refusal.'));
const needs = { gateways: { read: nobody, apply: nobody } } as never;
const said = { gatewayId: 'orders', reason: 'leak', actor: 'ann' };
const form = { ...said, act: 'hold', requestId: 'r-1' };
const press = { ...said, confirmGatewayId: 'orders', requestId: 'r-1' };
const event = ({ reason, actor, source }: Record<string, string>) => ({
  ...{ id: 'e-1', 'detail-type': 'Gateway Credential Compromised v1', source, account: '111122223333' },
  detail: { gatewayId: 'orders', confirmGatewayId: 'orders', reason, actor },
});
const overUrl = async (command: object): Promise<void> => {
  const body = JSON.stringify(command);
  const iam = { userArn: 'arn:aws:iam::111122223333:user/ann' };
  const answer = await operateThroughUrl(needs, { body, requestContext: { authorizer: { iam } } } as never, 'r');
  if (typeof answer === 'object' && answer.statusCode === 400) throw new Error(answer.body ?? '');
};
const kit = { kitId: 'one', kind: 'manual', owner: 'team', settings: {} };
const gateway = { gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [kit] };
const apply = (changes: object) => readRegistry(JSON.stringify({ gateways: [{ ...gateway, ...changes }] }));
const commandLine = async (...argv: string[]): Promise<void> => {
  const lines: string[] = [];
  const terminal = { out: () => undefined, say: (line: string) => void lines.push(line), isInteractive: false };
  // Nothing listens there: what is not refused before is unreachable (5).
  const exitCode = await runCommand([...argv, '--local', '--data', '/nonexistent'], {
    terminal: terminal as never,
    environment: {},
  });
  if (exitCode === 2) throw new Error(lines.join('\n'));
};

/** Every way by which a text of somebody comes into a record, and what it is called there. */
const doors: readonly (readonly [string, string, (text: string) => unknown])[] = [
  ['an operator, directly', 'reason', (text) => readCommand({ ...said, command: 'hold', reason: text })],
  ['an operator, directly', 'actor', (text) => readCommand({ ...said, command: 'hold', actor: text })],
  ['an operator, through the URL', 'reason', (text) => overUrl({ ...said, command: 'hold', reason: text })],
  ['a form of the console', 'reason', (text) => readAct({ ...form, reason: text })],
  ['a form of the console', 'actor', (text) => readAct({ ...form, actor: text })],
  ['a press', 'reason', (text) => readPress({ ...press, reason: text })],
  ['a press', 'actor', (text) => readPress({ ...press, actor: text })],
  ['a press', 'requestId', (text) => readPress({ ...press, requestId: text })],
  ['an event', 'reason', (text) => readPress(event({ reason: text, actor: 'ann', source: 'siem' }))],
  ['an event', 'actor', (text) => readPress(event({ reason: 'leak', actor: text, source: 'siem' }))],
  ['an event', 'source', (text) => readPress(event({ reason: 'leak', actor: 'ann', source: text }))],
  [
    'a start by hand',
    'reason',
    (text) => beginRotation(needs, { executionArn: 'arn', input: { ...said, reason: text } }),
  ],
  [
    'a start by hand',
    'actor',
    (text) => beginRotation(needs, { executionArn: 'arn', input: { ...said, actor: text } }),
  ],
  ['applying by hand', 'actor', (text) => applyEvent({ actor: text }, 'r-1')],
  ['applying by hand', 'reason', (text) => applyEvent({ reason: text }, 'r-1')],
  ['gateways.json', 'owner', (text) => apply({ kits: [{ ...kit, owner: text }] })],
  ['gateways.json', 'author', (text) => apply({ policy: { atDeadline: { kind: 'force', author: text } } })],
  ['the command line', 'reason', (text) => commandLine('hold', 'orders', '--reason', text)],
  ['the command line', 'reason', (text) => commandLine('compromised', 'orders', '--reason', text)],
];

describe('a text that the record keeps', () => {
  it.for(doors.flatMap(([door, field, take]) => illFormed.map(([what, text]) => ({ door, field, take, what, text }))))(
    'from $door as $field is refused with $what in it',
    async ({ field, take, text }) => {
      const refusal = await Promise.resolve()
        .then(() => take(text))
        .then(
          () => 'taken',
          (error: Error) => error.message,
        );
      expect(refusal).toContain(field);
      expect(refusal).toMatch(/control or direction characters|must be 1 to 64/);
      expect(refusal).not.toContain(text);
    },
  );

  it.for(doors.filter(([, field]) => field !== 'requestId'))(
    'from %s as %s may be in any script',
    async ([, , take]) => {
      const taken = await Promise.resolve()
        .then(() => take('Schlüssel 鍵 🔑 “leak”'))
        .catch((error: Error) => error.message);
      if (typeof taken === 'string') expect(taken).toBe('Nothing is asked after a refusal.');
    },
  );
});

describe('a text of several lines in gateways.json', () => {
  const instructions = (text: string) => apply({ kits: [{ ...kit, settings: { instructions: text } }] });
  it('keeps its lines', () => {
    expect(instructions('1. Open\n\t2. Paste').gateways[0]?.kits[0]?.settings).toEqual({
      instructions: '1. Open\n\t2. Paste',
    });
  });
  it.for(illFormed.filter(([name]) => name !== 'two lines'))('is refused with %s in it', ([, text]) => {
    expect(() => instructions(text)).toThrow(/gateways\[0\]\.kits\[0\]\.settings\.instructions: given a text with/);
  });
});
