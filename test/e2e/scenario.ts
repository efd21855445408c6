import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Connection } from '../../lib/cli/connection.ts';
import { exportedEvidence } from '../../lib/cli/evidence-export.ts';
import { evidenceLines } from '../../lib/cli/evidence-file.ts';
import { verifyEvidence } from '../../lib/cli/verify-evidence.ts';
import { openKitNode } from '../../lib/local/stand-ins/kit-node.ts';
import { createSecretReader } from '../../lib/local/stand-ins/secret-reader.ts';
import { statusFor } from '../support/status-for.ts';

/** What the scenario is played on. */
export type Stage = {
  readonly connection: Connection;
  /** The registry that is deployed there: the gateway of the test is put beside its gateways, and taken away again. */
  readonly registry: { readonly gateways: readonly unknown[] };
  /** The bound of the compromise, in seconds; long enough for the replacement to reach the kit. */
  readonly rejectWithinSeconds: number;
  /** How long each thing is waited for, in ms. */
  readonly patienceMs: number;
  /** Told of each thing that was seen. */
  readonly say: (line: string) => void;
  /** Ends the scenario early, with everything taken away that it made. */
  readonly signal: AbortSignal;
};

/** What did not come out as it must. The message says what was expected and what was there. */
class NotAsPromised extends Error {
  override readonly name = 'NotAsPromised';
}

const by = { actor: 'e2e', reason: 'end-to-end test' } as const;
const kitId = 'reader';

/** Waits are as short as the rules of the policy allow, so that the test is. */
const policy = { quietWindowSeconds: 4, useRecordingSeconds: 1, longestRequestSeconds: 1, longestWaitSeconds: 2 };

/**
 * The main job from outside, by what any deployment answers: a gateway's first credential, a rotation under traffic and a
 * compromise. No request may be refused, what was revoked must answer 401, and the record must be signed. Takes away what it
 * made, whatever happened. Throws {@link NotAsPromised}.
 */
export const playEndToEnd = async (stage: Stage): Promise<void> => {
  const { connection, registry, say } = stage;
  const gatewayId = `e2e-${randomBytes(4).toString('hex')}`;
  const untouched = await connection.apply({ ...by, registry, plan: true });
  if (untouched.count > 0)
    throw new NotAsPromised(
      `Another gateways.json is deployed there: applying this one would change ${untouched.changes.slice(0, 3).join('; ')}. Give the deployed one with --gateways FILE.`,
    );
  const secretsManager = new SecretsManagerClient(connection.settings);
  const secretId = `${connection.output('SecretPrefix')}${gatewayId}`;
  let kit: Kit | undefined;
  let failure: unknown;
  try {
    const gateway = {
      gatewayId,
      authority: { kind: 'builtin' },
      decision: { kind: 'allow-all' },
      policy,
      kits: [{ kitId, kind: 'manual', owner: 'e2e@example.com', lookBackSeconds: 60 }],
    };
    await connection.apply({
      ...by,
      registry: { ...registry, gateways: [...registry.gateways, gateway] },
      plan: false,
    });
    say(`Gateway ${gatewayId} is registered; its first credential is on the way.`);
    const serviceUrl = `${connection.output('PolicyCheckUrl')}/gateways/${gatewayId}/kits/${kitId}`;
    kit = await startKit(serviceUrl, secretsManager, secretId);
    await atRest(stage, gatewayId);
    say('The first credential is out, and the kit uses it.');
    await rotateUnderTraffic(stage, gatewayId, kit);
    await replaceCompromised(stage, gatewayId, kit);
  } catch (error) {
    failure = error;
    say(`It failed: ${error instanceof Error ? error.message : error}`);
  }
  try {
    await takeAway(stage, gatewayId, secretsManager, secretId); // with the kit at work: its rotation has to end first
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    say(`Left behind: gateway ${gatewayId} and its secret ${secretId}. ${why}`);
    failure ??= error;
  } finally {
    await kit?.stop();
    secretsManager.destroy();
  }
  if (failure !== undefined) throw failure;
};

const rotateUnderTraffic = async (stage: Stage, gatewayId: string, kit: Kit): Promise<void> => {
  const { connection, say } = stage;
  const old = kit.holds();
  const executionArn = await connection.start({ gatewayId, reason: by.reason });
  const running = await until(stage, 'the rotation to begin', async () => (await viewOf(stage, gatewayId)).rotation);
  say(`Rotation ${running.rotationId} has begun.`);
  await atRest(stage, gatewayId);
  const { status, cause } = await connection.stateOf(executionArn);
  expect('the execution', status, 'SUCCEEDED', cause);
  await expectDead(stage, kit, old);
  const { head, parts } = await exportedEvidence(connection, { rotationId: running.rotationId, gatewayId });
  let text = '';
  for await (const piece of evidenceLines(head, parts)) text += piece;
  const verified = verifyEvidence(text);
  expect('the signature of the evidence', verified.isGood, true, verified.isGood ? undefined : verified.why);
  const [identity, ...notProven] = head.record.notProven;
  expect('what names a kit', /^Which kit used a credential is told by its Service URL/.test(identity ?? ''), true);
  expect('what else is not proven', notProven.join('; '), '');
  say('The record of the rotation is signed, and everything in it is proven.');
};

const replaceCompromised = async (stage: Stage, gatewayId: string, kit: Kit): Promise<void> => {
  const { connection, say, rejectWithinSeconds } = stage;
  const old = kit.holds();
  const press = { ...by, gatewayId, confirmGatewayId: gatewayId, rejectWithinSeconds, requestId: `press-${gatewayId}` };
  await connection.compromise(press);
  say(`The compromise button is pressed: the credential is refused within ${rejectWithinSeconds} s.`);
  await atRest(stage, gatewayId);
  await expectDead(stage, kit, old);
};

/**
 * A kit as its owner runs it: it takes up what is AWSCURRENT in the gateway's secret, and asks the policy check about
 * requests all the time, both legs.
 */
const startKit = async (serviceUrl: string, secrets: SecretsManagerClient, secretId: string) => {
  const reader = createSecretReader({ secrets, secretId, jsonKey: 'credential', cacheMs: 500 });
  const { currentCredential } = reader;
  const node = await openKitNode({ policyCheckUrl: serviceUrl, currentCredential, localAddress: '0.0.0.0' });
  reader.start();
  node.start(20);
  return {
    serviceUrl,
    counts: node.counts,
    /** Why the last request was not allowed; never holds a credential. */
    lastProblem: node.lastProblem,
    holds: (): string => currentCredential() ?? '',
    stop: async (): Promise<void> => {
      await node.stop();
      await reader.stop();
    },
  };
};
type Kit = Awaited<ReturnType<typeof startKit>>;

/** The kit holds another credential, which is accepted; the old one is refused; and nothing was refused on the way. */
const expectDead = async ({ say }: Stage, kit: Kit, old: string): Promise<void> => {
  expect('that the kit holds another credential', kit.holds() !== old, true);
  expect('the answer to the old credential', await statusFor(kit.serviceUrl, old), 401);
  expect('the answer to the new credential', await statusFor(kit.serviceUrl, kit.holds()), 200);
  const { requests, refused, failed } = kit.counts();
  const why = kit.lastProblem();
  expect('the requests of the kit that were refused, and that got no answer', `${refused}, ${failed}`, '0, 0', why);
  say(
    `The old credential answers 401, the new one 200; ${requests} requests of the kit, 0 refused, 0 without an answer.`,
  );
};

const viewOf = ({ connection }: Stage, gatewayId: string) => connection.show({ view: 'gateway', gatewayId });

/** The gateway has a credential and no rotation runs any more. */
const atRest = (stage: Stage, gatewayId: string): Promise<true> =>
  until(stage, 'the rotation to end', async () => {
    const { rotation, credentials } = await viewOf(stage, gatewayId);
    return rotation === undefined && credentials.some(({ isLive }) => isLive) ? true : undefined;
  });

const until = async <Seen>(
  { patienceMs, signal }: Pick<Stage, 'patienceMs'> & { readonly signal?: AbortSignal },
  what: string,
  look: () => Promise<Seen | undefined>,
): Promise<Seen> => {
  const giveUpAtMs = Date.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > giveUpAtMs) throw new NotAsPromised(`${patienceMs / 1000} s were not enough for ${what}.`);
    await pause(500, undefined, signal ? { signal } : {});
  }
};

const expect = (what: string, seen: unknown, expected: unknown, why = ''): void => {
  if (seen === expected) return;
  throw new NotAsPromised(`Expected of ${what}: ${String(expected)}. Seen: ${String(seen)}. ${why}`.trim());
};

/**
 * Retires the gateway and deletes its secret; its record and audit stay, as those of any gateway. Changes nothing but that:
 * throws when somebody has changed the registry meanwhile, or when the gateway's rotation does not end.
 */
const takeAway = async (
  { connection, registry, say, patienceMs }: Stage,
  gatewayId: string,
  secretsManager: SecretsManagerClient,
  SecretId: string,
): Promise<void> => {
  // Without the signal that ends the scenario: what it made is taken away then too.
  await until({ patienceMs }, `gateway ${gatewayId} to be retired`, async () => {
    const { changes } = await connection.apply({ ...by, registry, plan: true });
    const others = changes.filter((change) => !change.includes(gatewayId));
    if (others.length > 0)
      throw new NotAsPromised(
        `Somebody has changed the registry meanwhile: ${others.slice(0, 3).join('; ')}. Apply yours.`,
      );
    if (changes.length > 0) await connection.apply({ ...by, registry, plan: false });
    return changes.length === 0 ? true : undefined;
  });
  await secretsManager.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  say(`Gateway ${gatewayId} is retired and its secret is deleted; its record and audit stay.`);
};
