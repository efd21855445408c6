import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

let system: System;
let run: ReturnType<typeof cliOf>;
let folder: string;

beforeAll(async () => {
  system = await openRotated({ kits: [manualKit('one'), manualKit('two')] });
  run = cliOf(system);
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

const untilDistributed = () => system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
/** A rotation that waits for its two kits. */
const rotating = async (): Promise<string> => {
  const { exitCode, out } = await run(['rotate', gatewayId, '--reason', 'quarterly', '--json']);
  expect(exitCode).toBe(0);
  await untilDistributed();
  return (JSON.parse(out) as { rotationId: string }).rotationId;
};
const finish = () => system.finish();

describe('the commands that show', () => {
  it('status lists the gateways, for people and for programs', async () => {
    const people = await run('status');
    expect(people).toMatchObject({ exitCode: 0, said: '' });
    expect(people.out).toMatch(/^GATEWAY +STATE[\s\S]*orders +At rest +\S{10} current/);
    const programs = await run('status --json');
    expect(JSON.parse(programs.out)).toMatchObject({ view: 'gateways', rows: [{ gatewayId, state: 'AT_REST' }] });
    expect((await run('status --state HELD')).out).toBe('No gateway matches.');
  });

  it('status of one gateway has its credentials and kits', async () => {
    const { out } = await run('status orders');
    expect(out).toContain('Kits: 2 of 2 up to date');
    expect(out).toMatch(/one +manual +one-team@example\.com +acknowledged/);
  });

  it('kits list finds by name', async () => {
    expect((await run('kits list orders --filter two')).out).toMatch(/two[\s\S]*Page 1 of 1, 1 kits\./);
  });

  it('history says who did what and why', async () => {
    expect((await run('history orders')).out).toMatch(/bootstrap rotation [\s\S]* completed[\s\S]*begin/);
    expect(JSON.parse((await run('history orders --json')).out)).toMatchObject({ view: 'history' });
  });

  it('plan says which kits wait for people, and writes nothing', async () => {
    const { revision } = await system.gateway();
    const { exitCode, out } = await run('plan orders');
    expect(exitCode).toBe(0);
    expect(out).toContain('A rotation of orders may start.');
    expect(out).toMatch(/one +manual +one-team@example\.com +its owner installs/);
    expect((await system.gateway()).revision).toBe(revision);
  });
});

describe('the commands that decide', () => {
  it('rotate starts one with the caller and the reason; watch ends with it', async () => {
    const rotationId = await rotating();
    expect((await system.gateway()).rotation).toMatchObject({
      rotationId,
      begun: { reason: 'quarterly', actor: expect.stringContaining('arn:aws:iam::000000000000:user/operator') },
    });
    const watched = run('watch orders --every 1');
    const all = run('watch --every 1');
    const onScreen = run('watch --every 1', undefined, { rows: 24, columns: 80 });
    const forPrograms = run('watch orders --every 1 --json');
    const allForPrograms = run('watch --every 1 --json');
    await expect.poll(async () => (await run('status orders')).out).toContain('verify');
    await system.acknowledgeAll();
    await system.until(({ rotation }) => rotation === undefined);
    const { exitCode, frames } = await watched;
    const lines = (await forPrograms).out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ gatewayId, state: 'ROTATING', rotation: { rotationId }, kits: { total: 2 } });
    expect(lines.at(-2)).toMatchObject({ gatewayId, state: 'AT_REST' });
    const format = 'gateway-credential-rotation/watch/v1';
    expect(lines.at(-1)).toEqual({ format, gatewayId, ended: true, outcome: 'COMPLETED' });
    const said = lines.map(({ nowMs: _, ...line }) => JSON.stringify(line));
    expect(said.length).toBe(new Set(said).size); // no line says what the one before said
    const ofAll = (await allForPrograms).out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(ofAll[0]).toMatchObject({ gatewayId, rotation: { rotationId } });
    expect(ofAll.at(-1)).toMatchObject({ ended: true, outcome: 'NONE_RUNS' });
    expect((await forPrograms).frames).toEqual([]);
    expect((await all).frames.at(-1)).toMatch(/^20\S+Z No rotation runs on 1 gateways\.$/);
    expect((await onScreen).frames.at(-1)).toBe('No rotation runs on 1 gateways.');
    expect(exitCode).toBe(0);
    expect(frames.at(-1)).toContain('at rest; the last rotation completed');
    expect(new Set(frames.map((one) => one.replace(/^\S+ /, ''))).size).toBe(frames.length); // no line twice
  });

  it('a second rotation is refused with the reason', async () => {
    await rotating();
    const refused = await run(['rotate', gatewayId, '--reason', 'again']);
    expect(refused).toMatchObject({ exitCode: 1, out: '' });
    expect(refused.said).toMatch(/RotationRefused: .*is in rotation/);
    const forPrograms = await run(['rotate', gatewayId, '--reason', 'again', '--json']);
    expect(JSON.parse(forPrograms.out)).toEqual({
      format: 'gateway-credential-rotation/error/v1',
      ...{ exitCode: 1, error: refused.said },
    });
    await finish();
  });

  it('hold, resume and extend are recorded with the name by which AWS knows the caller', async () => {
    await rotating();
    expect(await run(['hold', gatewayId, '--reason', 'freeze'])).toMatchObject({
      exitCode: 0,
      out: 'Done, and recorded.',
    });
    expect((await system.gateway()).rotation?.held).toMatchObject({
      actor: 'arn:aws:iam::000000000000:user/operator',
      reason: 'freeze',
    });
    expect((await run(['hold', gatewayId, '--reason', 'freeze'])).out).toMatch(/nothing has changed/);
    expect((await run(['resume', gatewayId, '--reason', 'over'])).exitCode).toBe(0);
    expect((await run(['extend', gatewayId, '--until', '30d', '--reason', 'holiday'])).out).toMatch(
      /The deadline is 20/,
    );
    await finish();
  });

  it('roll-back goes back, and is refused when nothing runs', async () => {
    await rotating();
    expect((await run(['roll-back', gatewayId, '--reason', 'trouble'])).exitCode).toBe(0);
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.acknowledgeAll();
    await system.until(({ rotation }) => rotation === undefined);
    expect((await system.gateway()).ended.at(-1)?.outcome).toBe('ROLLED_BACK');
    const refused = await run(['roll-back', gatewayId, '--reason', 'trouble']);
    expect(refused).toMatchObject({ exitCode: 1, said: expect.stringContaining('NOT_RUNNING') });
  });

  it('force shows who is cut off, and does nothing without a yes', async () => {
    await rotating();
    const declined = await run(['force', gatewayId, '--reason', 'closed'], [false]);
    expect(declined).toMatchObject({ exitCode: 3 });
    expect(declined.said).toMatch(/one +one-team@example\.com +waits for owner/);
    const [, kits = '', hash = ''] = /--kits (\d+) --kits-hash (\w+)/.exec(declined.said) ?? [];
    const repeating = (n: string) => ['force', gatewayId, '--reason', 'closed', '--kits', n, '--kits-hash', hash];
    expect(await run(repeating('1'))).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('CONFIRMATION_MISMATCH'),
    });
    expect((await run(repeating(kits).slice(0, -2))).exitCode).toBe(2);
    expect(await run(['force', gatewayId, '--reason', 'closed'])).toMatchObject({
      exitCode: 3,
      said: expect.stringContaining('--yes'),
    });
    expect((await system.gateway()).rotation?.forced).toBeUndefined();
    expect((await run(repeating(kits))).exitCode).toBe(0);
    await system.until(({ rotation }) => rotation === undefined);
  });

  it('acknowledge and retry are about one kit; an unknown one is refused', async () => {
    await rotating();
    expect((await run(['kits', 'retry', gatewayId, 'one', '--reason', 'new node'])).exitCode).toBe(0);
    await system.timers.advance(5_000); // its owner is asked once more
    for (const kitId of ['one', 'two'])
      expect((await run(['kits', 'acknowledge', gatewayId, kitId, '--reason', 'installed'])).exitCode).toBe(0);
    expect(await run(['kits', 'retry', gatewayId, 'three', '--reason', 'x'])).toMatchObject({ exitCode: 1 });
    await system.until(({ rotation }) => rotation === undefined);
  });

  it('retire-source refuses a source that the kit was not seen from, and says so', async () => {
    expect(await run(['kits', 'retire-source', gatewayId, 'one', '10.0.0.7', '--reason', 'replaced'])).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('was not seen from 10.0.0.7'),
    });
  });

  it('repair says when there is nothing to repair; adopt refuses a version that is not there', async () => {
    expect((await run(['repair', gatewayId, '--reason', 'stuck'])).out).toMatch(/nothing has changed/);
    const version = '0'.repeat(36);
    const adopt = ['adopt', gatewayId, '--credential', 'j2oh157DT0', '--version', version, '--reason', 'by hand'];
    expect(await run(adopt)).toMatchObject({ exitCode: 1, said: expect.stringContaining('has no version') });
  });

  it('compromised shows who is cut off, wants the name, and is pressed once for one request', async () => {
    const press = ['compromised', gatewayId, '--reason', 'leaked', '--within', '0', '--request-id', 'press-7'];
    const nobody = await run(press);
    expect(nobody).toMatchObject({ exitCode: 3, said: expect.stringContaining('--confirm orders') });
    expect(await run(press, ['order'])).toMatchObject({
      exitCode: 3,
      said: expect.stringContaining('given was "order"'),
    });
    expect((await system.gateway()).presses).toEqual([]);
    const pressed = await run([...press, '--confirm', gatewayId, '--json']);
    expect(pressed.said).toMatch(/Cut off: 2 kits of 2/);
    expect(JSON.parse(pressed.out)).toMatchObject({ result: 'DONE', gatewayId, requestId: 'press-7' });
    const again = await run([...press, '--json'], [gatewayId]);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(pressed.out));
    expect((await system.gateway()).presses).toMatchObject([{ requestId: 'press-7' }]);
    await finish();
  });
});

describe('the commands that change gateways.json', () => {
  const file = () => join(folder, 'gateways.json');
  const written = () => JSON.parse(readFileSync(file(), 'utf8')) as { gateways: [{ kits: { kitId: string }[] }] };
  const kitIds = () => written().gateways[0].kits.map(({ kitId }) => kitId);
  beforeAll(() => {
    const kits = [manualKit('one'), manualKit('two')];
    const policy = { quietWindowSeconds: 4, useRecordingSeconds: 1, longestRequestSeconds: 1, longestWaitSeconds: 2 };
    writeFileSync(
      file(),
      JSON.stringify({
        gateways: [{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy, kits }],
      }),
    );
  });

  it('apply shows what would change, and changes nothing without a yes', async () => {
    expect(await run(['apply', file()])).toMatchObject({ exitCode: 0, out: 'Nothing is to be changed.' });
    const three = file().replace('.json', '-3.json');
    writeFileSync(three, readFileSync(file(), 'utf8').replace('"quietWindowSeconds":4', '"quietWindowSeconds":5'));
    expect(await run(['apply', three], [false])).toMatchObject({
      exitCode: 3,
      said: expect.stringContaining('orders'),
    });
    expect((await system.gateway()).policy.quietWindowSeconds).toBe(4);
    expect((await run(['apply', three, '--yes'])).out).toMatch(/^~ gateway orders: .*\n1 change was applied\.$/);
    expect((await system.gateway()).policy.quietWindowSeconds).toBe(5);
    await run(['apply', file(), '--yes']);
  });

  it('apply and kits count only what was made, and end otherwise when something was refused', async () => {
    await rotating();
    const none = file().replace('.json', '-none.json');
    writeFileSync(none, JSON.stringify({ gateways: [] }));
    const refused = await run(['apply', none, '--yes']);
    expect(refused).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(
        /^- gateway orders: .*NOT NOW: Rotation .*\n0 changes were applied, and 1 was refused/,
      ),
    });
    expect((await system.gateway()).retiredAtMs).toBeUndefined();
    const json = JSON.parse((await run(['apply', none, '--yes', '--json'])).out) as unknown;
    expect(json).toMatchObject({ count: 0, refused: 1 });
    await finish();
  });

  it('apply refuses a wrong file with every problem, before anything is asked', async () => {
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, '{"gateways":[{"gatewayId":"a b","kits":[]}]}');
    const refused = await run(['apply', wrong]);
    expect(refused.exitCode).toBe(2);
    expect(refused.said).toMatch(/gatewayId[\s\S]*decision/);
    expect((await run(['apply', join(folder, 'none.json')])).exitCode).toBe(2);
  });

  it('kits add and remove keep the file and the deployment alike', async () => {
    const add = ['kits', 'add', gatewayId, 'three', '--kind', 'manual', '--owner', 'kim', '--file', file(), '--yes'];
    expect(await run(add)).toMatchObject({ exitCode: 0 });
    expect(kitIds()).toEqual(['one', 'two', 'three']);
    expect((await run('kits list orders --json')).out).toContain('"three"');
    expect(await run(add)).toMatchObject({ exitCode: 2, said: expect.stringContaining('has kit three already') });
    const remove = ['kits', 'remove', gatewayId, 'three', '--file', file()];
    expect(await run(remove, [false])).toMatchObject({
      exitCode: 3,
      said: expect.stringMatching(/three +manual +kim[\s\S]*- kit orders\/three/),
    });
    expect(kitIds()).toContain('three');
    expect((await run(remove, [true])).exitCode).toBe(0);
    expect(kitIds()).toEqual(['one', 'two']);
  });

  it('kits import takes all rows of a CSV, or none', async () => {
    const csv = join(folder, 'kits.csv');
    writeFileSync(
      csv,
      'kitId,kind,owner,lookBackSeconds,settings.secretId,settings.propagationSeconds\nfour,manual,kim,60,,\nfive,secrets-manager,kim,,kits/five,1\n',
    );
    expect(await run(['kits', 'import', gatewayId, csv, '--file', file(), '--yes'])).toMatchObject({ exitCode: 0 });
    expect(written().gateways[0].kits.slice(2)).toEqual([
      { kitId: 'four', kind: 'manual', owner: 'kim', lookBackSeconds: 60 },
      {
        kitId: 'five',
        kind: 'secrets-manager',
        owner: 'kim',
        settings: { secretId: 'kits/five', propagationSeconds: 1 },
      },
    ]);
    const wrong = join(folder, 'wrong.csv');
    writeFileSync(wrong, 'kitId,kind,owner\nsix,manual,kim\nse ven,manual,kim\neight,manual,\n');
    const refused = await run(['kits', 'import', gatewayId, wrong, '--file', file(), '--yes']);
    expect(refused).toMatchObject({ exitCode: 2, out: expect.stringContaining('line 3: kitId: given "se ven"') });
    expect(refused.out).toMatch(/line 4: owner[\s\S]*2 refused\. Nothing was changed\.$/);
    const asJson = join(folder, 'wrong-kits.json');
    writeFileSync(asJson, '[\n  {"kitId": "six", "kind": "manual",\n   "owner": "a {[ b"},\n  {"kitId": "nine"}]');
    const forPrograms = await run(['kits', 'import', gatewayId, asJson, '--file', file(), '--yes', '--json']);
    expect(JSON.parse(forPrograms.out)).toMatchObject({
      created: [],
      refused: [{ line: 4, problem: expect.stringContaining('kind') }],
    });
    expect(kitIds()).toEqual(['one', 'two', 'four', 'five']);
  });
});

describe('kits in a file of their own', () => {
  const at = (name: string) => join(folder, name);
  const file = () => at('several.json');
  const policy = { quietWindowSeconds: 4, useRecordingSeconds: 1, longestRequestSeconds: 1, longestWaitSeconds: 2 };
  const words = (command: string, ...more: string[]) => ['kits', command, gatewayId, ...more, '--file', file()];
  const kitsThere = () => readFileSync(at('orders.ndjson'), 'utf8');
  beforeAll(async () => {
    const there = '{"kitId":"one", "kind":"manual", "owner":"one-team@example.com", "lookBackSeconds":60}\n';
    writeFileSync(at('orders.ndjson'), `${there}${JSON.stringify(manualKit('two'))}\n`);
    const gateway = { gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy };
    writeFileSync(
      file(),
      JSON.stringify({ include: ['more.json'], gateways: [{ ...gateway, kits: { file: 'orders.ndjson' } }] }),
    );
    writeFileSync(at('more.json'), '{"gateways": []}');
    await run(['apply', file(), '--yes']);
  });

  it('kits import adds and changes what it names, says so, and leaves the rest and its lines alone', async () => {
    const csv = at('more.csv');
    writeFileSync(
      csv,
      'kitId,kind,owner,lookBackSeconds,labels.env\ntwo,manual,two-team@example.com,60,prod\nthree,manual,kim,,\none,manual,one-team@example.com,60,\n',
    );
    const imported = await run([...words('import', csv), '--yes']);
    expect(imported).toMatchObject({ exitCode: 0 });
    expect(imported.said).toContain('1 new, 1 changed, 1 as they are');
    expect(kitsThere().split('\n')).toEqual([
      '{"kitId":"one", "kind":"manual", "owner":"one-team@example.com", "lookBackSeconds":60}',
      '{"kitId":"two","kind":"manual","owner":"two-team@example.com","lookBackSeconds":60,"labels":{"env":"prod"}}',
      '{"kitId":"three","kind":"manual","owner":"kim"}',
      '',
    ]);
    expect((await run(`kits list ${gatewayId} --json`)).out).toContain('"three"');
    const again = await run([...words('import', csv), '--yes', '--json']);
    expect(JSON.parse(again.out)).toEqual({
      format: 'gateway-credential-rotation/kits-import/v1',
      created: [],
      changed: [],
      unchanged: ['two', 'three', 'one'],
      refused: [],
    });
  });

  it('kits export prints what kits import takes, in both formats, and asks no deployment', async () => {
    const before = kitsThere();
    for (const format of ['ndjson', 'csv']) {
      const out = at(`exported.${format}`);
      expect(await run(words('export', '--format', format, '--out', out))).toMatchObject({ exitCode: 0 });
      const again = await run([...words('import', out), '--yes', '--json']);
      expect(JSON.parse(again.out)).toMatchObject({ created: [], changed: [], unchanged: ['one', 'two', 'three'] });
    }
    expect(kitsThere()).toBe(before);
    expect((await run(words('export'))).out.split('\n')).toHaveLength(3);
    expect(await run(['kits', 'export', 'payments', '--file', file()])).toMatchObject({ exitCode: 2 });
  });

  it('refuses all of an import for one wrong line, and names every wrong one', async () => {
    const before = kitsThere();
    const ndjson = at('wrong.ndjson');
    writeFileSync(
      ndjson,
      '{"kitId":"four","kind":"manual","owner":"kim"}\n{\n{"kitId":"four","kind":"manual","owner":"lee"}\n{"kitId":"five","kind":"manual","owner":"kim","labels":{"env":"p d"}}\n',
    );
    const refused = await run([...words('import', ndjson), '--yes']);
    expect(refused.exitCode).toBe(2);
    expect(refused.out.split('\n')).toEqual([
      'line 2: given a text that is not a JSON object; allowed is one kit a line.',
      'line 3: kitId: "four" is on line 1 too; allowed is one line for a kit.',
      expect.stringContaining('line 4: labels.env: given "p d"; it is no label'),
      `${ndjson}: 3 refused. Nothing was changed.`,
    ]);
    expect(kitsThere()).toBe(before);
  });

  it('kits remove takes the line away', async () => {
    expect((await run([...words('remove', 'three'), '--yes'])).exitCode).toBe(0);
    expect(kitsThere()).not.toContain('three');
  });

  afterAll(async () => {
    await run(['apply', join(folder, 'gateways.json'), '--yes']);
  });
});

describe('a command line that cannot be followed', () => {
  it.each([
    ['hold', /missing required argument 'gatewayId'/],
    ['rotate --reason x', /Name one gateway, or a label of several/],
    ['rotate orders', /reason/],
    ['destroy', /unknown command 'destroy'/],
    ['status --colour red', /unknown option '--colour'/],
    ['extend orders --until soon --reason x', /given "soon"/],
    ['status --page 0', /whole number/],
  ])('%s ends with exit code 2 and says what is allowed', async (commandLine, message) => {
    const { exitCode, said, out } = await run(commandLine);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(said).toMatch(message);
  });

  it('a gateway that is not registered is a refusal', async () => {
    expect(await run('status payments')).toMatchObject({ exitCode: 1, said: 'Gateway payments is not registered.' });
  });
});
