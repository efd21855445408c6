import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Gateway, LiveCredential, Transition } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import type { BusEvent } from '../../lib/emulator/eventbridge/eventbridge.ts';
import type { PublishedMessage } from '../../lib/emulator/sns/sns.ts';
import type { CloudOptions } from '../../lib/local/cloud.ts';
import { synthesised } from '../../lib/local/synthesised.ts';
import type { Decided } from '../iam/evaluation/access.ts';
import { openForTest } from './open-deployment.ts';
import { statusFor } from './status-for.ts';
import { virtualTimers } from './virtual-timers.ts';

const project = join(import.meta.dirname, '..', '..');
export const gatewayId = 'orders' as GatewayId;

/** Short waits, so that a test has few turns; the escalation far away. */
export const policy = {
  quietWindowSeconds: 4,
  useRecordingSeconds: 1,
  longestRequestSeconds: 1,
  longestWaitSeconds: 2,
};

let template: Promise<Template> | undefined;

/** With it the owner of a kit's secret lets the kits of the gateway use it. */
export const tagOfKits = { Key: 'gateway-credential-rotation', Value: 'orders' };

/** A kit that its owner installs: nothing outside the deployment is needed for it. */
export const manualKit = (kitId: string): Record<string, unknown> => ({
  kitId,
  kind: 'manual',
  owner: `${kitId}-team@example.com`,
  lookBackSeconds: 60,
});

type SystemOptions = {
  readonly kits?: readonly object[];
  readonly policy?: object;
  /** All of gateways.json, in place of the one gateway that the other options describe. */
  readonly gateways?: readonly object[];
  /** `channels` and `news` of gateways.json. */
  readonly telling?: object;
  /** Of the gateway in gateways.json, in place of the builtin authority and its decision. */
  readonly authority?: object;
  readonly onCall?: CloudOptions['onCall'];
  /** AWS's error in place of the answer to a call of a function; asked about each that the policies decide. */
  readonly fault?: (call: Decided) => Error | undefined;
  /** Where it keeps its data, so that it can be closed and opened again; without one in memory. */
  readonly dataFolder?: string;
  /** What is deployed in place of the template. */
  readonly change?: (template: Template) => Template;
};

/**
 * The whole local deployment on virtual time, with the gateway "orders", and a person who uses, installs and acknowledges.
 * `close` rejects when the policies of the template refused a function a call.
 */
export const openSystem = async (
  {
    kits = [manualKit('one')],
    policy: changed = {},
    authority,
    dataFolder,
    change,
    onCall,
    fault,
    telling = {},
    ...more
  }: SystemOptions = {},
  startAtMs = Date.now(),
) => {
  const folder = mkdtempSync(join(tmpdir(), 'system-'));
  const registryFile = join(folder, 'gateways.json');
  const mints = authority ? { authority } : { authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
  const gateways = more.gateways ?? [{ gatewayId, ...mints, policy: { ...policy, ...changed }, kits }];
  writeFileSync(registryFile, JSON.stringify({ ...telling, gateways }));
  template ??= synthesised(project, registryFile);
  const timers = virtualTimers(startAtMs);
  const messages: PublishedMessage[] = [];
  const events: BusEvent[] = [];
  const logged: unknown[] = [];
  const decisions: Decided[] = [];
  const deployment = await openForTest({
    template: change ? change(await template) : await template,
    registryFile,
    dataFolder,
    timers,
    log: (name) => (level, message, fields) => void logged.push({ name, level, message, ...fields }),
    onPublish: (message) => void messages.push(message),
    onEvent: (event) => void events.push(event),
    ...(onCall ? { onCall } : {}),
    onDecision: (decided) => {
      decisions.push(decided);
      const error = fault?.(decided);
      if (error) throw error; // before the service is asked, as if it had answered this
    },
  });
  const { stores, call, secretsManager, stepFunctions, cloud } = deployment;

  const gateway = async (): Promise<Gateway> => {
    const found = await stores.gateways.read(gatewayId);
    if (!found) throw new Error('The gateway is not registered.');
    return found;
  };
  const until = (condition: (gateway: Gateway) => boolean, withinMs = 10 * 60_000): Promise<void> =>
    timers.runUntil(async () => condition(await gateway()), withinMs);
  const credentialOf = async ({ versionId }: Pick<LiveCredential, 'versionId'>): Promise<string> => {
    const { secretArn } = await gateway();
    const found = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }));
    return (JSON.parse(found.SecretString ?? '{}') as { credential: string }).credential;
  };
  const ask = (value: string, kitId = 'one', tries = 5): Promise<number> =>
    statusFor(`${deployment.policyCheckUrl}/gateways/${gatewayId}/kits/${kitId}`, value, tries);
  const acknowledge = async (kitId = 'one'): Promise<void> => {
    const { rotation } = await gateway();
    await call('operate', {
      command: 'acknowledge-kit',
      gatewayId,
      kitId,
      credentialId: rotation?.targetId,
      actor: 'its owner',
      reason: 'installed',
    });
  };
  const acknowledgeAll = async (): Promise<void> => {
    for (const kit of kits) await acknowledge((kit as { kitId: string }).kitId);
  };
  /** Waits until owners were asked, acknowledges for each, and waits for the end. */
  const finish = async (): Promise<Gateway> => {
    await until(({ rotation }) => rotation === undefined || rotation.stage === 'DISTRIBUTED');
    if ((await gateway()).rotation) await acknowledgeAll();
    await until(({ rotation }) => rotation === undefined);
    return gateway();
  };
  const start = async (input: object): Promise<string> => {
    const { executionArn } = await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn: cloud.outputs.stateMachineArn, input: JSON.stringify(input) }),
    );
    return executionArn ?? '';
  };
  const audit = async (): Promise<readonly Transition[]> => {
    await stores.gateways.flush(await gateway());
    const found: Transition[] = [];
    for await (const one of stores.audit(gatewayId, 0)) found.push(one);
    return found;
  };

  /** Applies another gateways.json. */
  const applyGateways = async (gateways: readonly object[]): Promise<unknown> => {
    writeFileSync(registryFile, JSON.stringify({ gateways }));
    return call('apply-registry', { actor: 'test', reason: 'test' });
  };

  await call('apply-registry', { actor: 'test', reason: 'test' });
  const system = {
    deployment,
    timers,
    messages,
    events,
    logged,
    decisions,
    gateway,
    until,
    credentialOf,
    ask,
    acknowledge,
    acknowledgeAll,
    finish,
    start,
    audit,
    call,
    applyGateways,
    startAtMs,
    close: async () => {
      await deployment.close();
      rmSync(folder, { recursive: true });
      // A secret that does not exist has no tag, for which alone the roles would be let in.
      const refused = decisions.filter(
        ({ isAllowed, question }) => !isAllowed && !question.resource.endsWith('-XXXXXX'),
      );
      if (refused.length > 0 && !change)
        throw new Error(
          `The policies refused ${refused.map(({ caller, question }) => `${caller} ${question.action} on ${question.resource}`).join(', ')}.`,
        );
    },
  };
  return system;
};
export type System = Awaited<ReturnType<typeof openSystem>>;

/** The same, its first credential out and the bootstrap rotation ended. */
export const openRotated = async (...given: Parameters<typeof openSystem>): Promise<System> => {
  const system = await openSystem(...given);
  await system.finish();
  return system;
};

/** The same, with five live credentials: three were made by hand, and the fifth is that of a rotation which waits for its kits. */
export const openWithFiveLive = async (): Promise<System> => {
  const system = await openRotated();
  for (const name of ['two', 'three', 'four'])
    await system.deployment.stores.gateways.apply(gatewayId, {
      kind: 'adopt',
      isCurrent: false,
      credentialId: `hand${name}` as never,
      digest: `digest of ${name}`,
      versionId: (await system.gateway()).currentVersionId,
      actor: 'alice',
      reason: 'made by hand',
    });
  await system.start({ gatewayId, reason: 'the fifth' });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  return system;
};

/** The same, its rotation given up: five are live, and nothing runs. */
export const openFullAtRest = async (): Promise<System> => {
  const system = await openWithFiveLive();
  const rotationId = (await system.gateway()).rotation?.rotationId ?? ('' as never);
  await system.deployment.stores.gateways.apply(gatewayId, { kind: 'fail', rotationId, actor: 'ann', reason: 'test' });
  await system.timers.advance(5_000);
  return system;
};
