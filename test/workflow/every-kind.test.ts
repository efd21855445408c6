import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kindNames } from '../../lambdas/kits/kind-names.ts';
import { createOwner, type Owner } from '../../lib/local/stand-ins/owner.ts';
import { type Held, type KitElsewhere, openKitsElsewhere } from '../support/kits-elsewhere.ts';
import { openKitsInAws, settingsInAws } from '../support/kits-in-aws.ts';
import { gatewayId, openSystem, type System, tagOfKits } from '../support/system.ts';

/** A person installs it, and it shows nothing: what becomes of it afterwards is seen by its use alone. */
const byHand = 'manual';

let system: System;
let owner: Owner;
/** Every kit that shows what it holds, by its kind, which is its id as well. */
let kits: Readonly<Record<string, Held>>;
let elsewhere: readonly KitElsewhere[];
let closeInAws: () => void;

beforeAll(async () => {
  let nowMs: () => number = Date.now; // the stand-ins are there before the system, whose time they then have
  const opened = await openKitsElsewhere(() => nowMs());
  elsewhere = Object.values(opened);
  const settings: Readonly<Record<string, object>> = {
    ...Object.fromEntries(Object.entries(opened).map(([kind, one]) => [kind, one.settings])),
    ...settingsInAws,
    [byHand]: {},
  };
  system = await openSystem({
    kits: Object.entries(settings).map(([kind, own]) => ({
      ...{ kitId: kind, kind, owner: `${kind}-team@example.com`, lookBackSeconds: 60, settings: own },
    })),
  });
  const { deployment, timers, acknowledge } = system;
  nowMs = timers.now;
  for (const { key } of elsewhere)
    if (key)
      await deployment.secretsManager.send(
        new CreateSecretCommand({ Name: key.secretId, SecretString: key.text, Tags: [tagOfKits] }),
      );
  const inAws = await openKitsInAws(deployment);
  closeInAws = inAws.close;
  kits = { ...opened, ...inAws.kits };
  owner = createOwner({
    secrets: deployment.secretsManager,
    acknowledge: () => acknowledge(byHand),
    applyMs: 0,
    nowMs: timers.now,
  });
});
afterAll(async () => {
  closeInAws();
  await system.close(); // rejects when the policies of the template refused a function a call
  for (const one of elsewhere) await one.close();
});

const ofEachKit = (value: unknown) => Object.fromEntries(Object.keys(kits).map((kind) => [kind, value]));
const held = async () => {
  const all = Object.entries(kits).map(async ([kind, kit]) => [kind, await kit.held()] as const);
  return Object.fromEntries(await Promise.all(all));
};
/** What the policy check answers to each kit, asked with what that one holds. */
const asked = async () => {
  const answers: Record<string, number> = {};
  for (const [kind, value] of Object.entries(await held())) answers[kind] = await system.ask(String(value), kind);
  return answers;
};
/** The value of the rotation that has been distributed. */
const distributed = async (): Promise<string> => {
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  const { rotation, live } = await system.gateway();
  const target = live.find(({ credentialId }) => credentialId === rotation?.targetId);
  return target ? system.credentialOf(target) : '';
};
/** The owner of the manual kit does what he was told about the credential of the rotation, and shows it. */
const installedByHand = async (): Promise<void> => {
  const credentialId = String((await system.gateway()).rotation?.targetId);
  const told = system.messages.find(
    ({ attributes, message }) => JSON.stringify(attributes).includes(credentialId) && message.includes('--secret-id'),
  );
  await owner.deliver({ text: told?.message ?? '', gatewayId, kitId: byHand, credentialId });
  expect(await system.ask(String(owner.currentCredential()), byHand)).toBe(200);
};
const ended = () => system.until(({ rotation }) => rotation === undefined);
/** The kits of which reading back has just shown another credential. */
const notedAsSetBack = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { kitId, work } of system.deployment.stores.kits.all(gatewayId, 1))
    if (work?.readBack?.matches === false) found.push(kitId);
  return found;
};

const values: string[] = [];

describe('A gateway with one kit of every kind', () => {
  test('has every kind there is, but the one of gateways at PingOne', () =>
    expect([...Object.keys(kits), byHand].toSorted()).toEqual(
      kindNames.filter((kind) => kind !== 'forward').toSorted(),
    ));

  test('is rotated to its end: all hold the new credential, and the old one is refused', async () => {
    const first = await distributed();
    expect(await asked()).toEqual(ofEachKit(200));
    await installedByHand();
    await ended();

    await system.start({ gatewayId, reason: 'quarterly' });
    const second = await distributed();
    expect(await held()).toEqual(ofEachKit(second));
    expect(await asked()).toEqual(ofEachKit(200));
    await installedByHand();
    await ended();
    expect([await held(), owner.currentCredential()]).toEqual([ofEachKit(second), second]);
    expect(second).not.toBe(first);
    for (const kind of [...Object.keys(kits), byHand]) expect(await system.ask(first, kind)).toBe(401);
    values.push(first, second);
  });

  test('has each kit that another tool sets back found and given the new one again, and none refused (manual shows nothing)', async () => {
    const [, before = ''] = values;
    await system.start({ gatewayId, reason: 'quarterly' });
    const after = await distributed();
    values.push(after);
    for (const kit of Object.values(kits)) await kit.set(before);
    expect(await held()).toEqual(ofEachKit(before));
    expect(await asked()).toEqual(ofEachKit(200));

    const found = new Set<string>();
    const untilMs = system.timers.now() + 10 * 60_000;
    await system.timers.runUntil(async () => {
      for (const kitId of await notedAsSetBack()) found.add(kitId);
      return system.timers.now() > untilMs || Object.values(await held()).every((value) => value === after);
    }, 20 * 60_000);
    expect([...found].toSorted()).toEqual(Object.keys(kits).toSorted());
    expect(await held()).toEqual(ofEachKit(after));

    expect(await asked()).toEqual(ofEachKit(200));
    expect(await system.ask(before, byHand)).toBe(200); // nothing was revoked meanwhile
    await installedByHand();
    await ended();
    expect(await held()).toEqual(ofEachKit(after));
    expect(await system.ask(before, byHand)).toBe(401);
  });

  test('keeps no value of a credential and no own key in a log, a message or an event', () => {
    const said = JSON.stringify([system.logged, system.messages, system.events]);
    expect(values).toHaveLength(3);
    const keys = elsewhere.flatMap(({ key }) => key?.text ?? []);
    for (const secret of [...values, ...keys]) expect(said).not.toContain(secret);
  });
});
