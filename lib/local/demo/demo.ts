import { randomBytes } from 'node:crypto';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import { type SecretUser, secretTag, tagOfKit } from '../../../lambdas/domain/secret-tag.ts';
import { liveLabel } from '../../../lambdas/domain/secret-text.ts';
import type { DemoKit, Registry } from '../../../lambdas/registry/read-registry.ts';
import type { PublishedMessage } from '../../emulator/sns/sns.ts';
import type { HeldPort } from '../../emulator/wire/held-port.ts';
import type { Deployment } from '../deployment.ts';
import { type KitNode, openKitNode } from '../stand-ins/kit-node.ts';
import { openKong } from '../stand-ins/kong.ts';
import { createOwner, type Owner } from '../stand-ins/owner.ts';
import { createSecretReader } from '../stand-ins/secret-reader.ts';
import { openWebhookReceiver } from '../stand-ins/webhook-receiver.ts';
import type { DemoPorts } from './demo-ports.ts';
import { sumOf, type TrafficCount } from './traffic-count.ts';

/** Stand-ins for the kits of demo gateways, with nodes that make client requests all the time. */
export type Demo = {
  /** Hands a message to owners to the owner it is for. */
  deliver(message: PublishedMessage): void;
  /** How many requests all clients together send, from now on. */
  setRate(requestsPerSecond: number): void;
  /** What the kits of a gateway have counted so far. */
  counts(gatewayId: string): TrafficCount;
  close(): Promise<void>;
};

/** The other side of one kit: what its nodes present, and how it ends. */
type StandIn = { readonly currentCredential: () => string | undefined; readonly owner?: Owner; close(): Promise<void> };

const applyMs = 300;
const text = (settings: DemoKit['settings'], name: string): string => String(settings[name]);

/** A secret with the tag by which its owner lets one kit use it. */
const ensureSecret = async (
  secrets: SecretsManagerClient,
  user: SecretUser,
  name: string,
  value: () => string,
): Promise<string> => {
  await secrets.send(new CreateSecretCommand({ Name: name, SecretString: value() })).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'ResourceExistsException')) throw error;
  });
  const Tags = [{ Key: secretTag.key, Value: tagOfKit(user) }];
  await secrets.send(new TagResourceCommand({ SecretId: name, Tags }));
  return (await secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? '';
};

/** What the kit held when this machine last ran: a real one would still have it. */
const heldBefore = async (
  { stores, secretsManager }: Deployment,
  gatewayId: string,
  kitId: string,
): Promise<{ credentialId: string; credential: string } | undefined> => {
  const gateway = await stores.gateways.read(gatewayId as Parameters<typeof stores.gateways.read>[0]);
  if (!gateway) return undefined;
  for await (const { kitId: id, work } of stores.kits.all(gateway.gatewayId, gateway.shardCount)) {
    if (id !== kitId || !work || (work.state !== 'INSTALLED' && work.state !== 'WITH_OWNER')) continue;
    const found = await secretsManager
      .send(new GetSecretValueCommand({ SecretId: gateway.secretArn, VersionStage: liveLabel(work.credentialId) }))
      .catch(() => undefined);
    return found?.SecretString
      ? (JSON.parse(found.SecretString) as { credentialId: string; credential: string })
      : undefined;
  }
  return undefined;
};

const openStandIn = async (
  deployment: Deployment,
  gatewayId: GatewayId,
  kit: DemoKit,
  serviceUrl: string,
  port: HeldPort | undefined,
): Promise<StandIn> => {
  const { secretsManager: secrets, call } = deployment;
  const { settings, kitId } = kit;
  const user = { gatewayId, kitId };
  const held = await heldBefore(deployment, gatewayId, kit.kitId);
  const nowMs = Date.now;
  const initial = held ? { initial: held } : {};
  if (kit.kind === 'kong') {
    const kong = await openKong({
      port: port ?? 0,
      workerUpdateMs: applyMs,
      nowMs,
    });
    const plugin = kong.addPlugin({ serviceUrl, ...(held ? { sharedSecret: held.credential } : {}) });
    return { currentCredential: () => kong.currentCredential(plugin), close: kong.close };
  }
  if (kit.kind === 'webhook') {
    const signingSecret = await ensureSecret(
      secrets,
      user,
      text(settings, 'signingSecret'),
      () => `whsec_${randomBytes(32).toString('base64')}`,
    );
    const receiver = await openWebhookReceiver({
      port: port ?? 0,
      signingSecret,
      applyMs,
      nowMs,
      ...initial,
    });
    return receiver;
  }
  if (kit.kind === 'secrets-manager') {
    const secretId = text(settings, 'secretId');
    await ensureSecret(secrets, user, secretId, () => 'none yet');
    const reader = createSecretReader({ secrets, secretId, cacheMs: applyMs });
    reader.start();
    return {
      currentCredential: () =>
        reader.currentCredential()?.startsWith('gwc_') ? reader.currentCredential() : undefined,
      close: reader.stop,
    };
  }
  const owner = createOwner({
    secrets,
    applyMs,
    nowMs,
    ...initial,
    acknowledge: async ({ kitId, credentialId }) => {
      await call('operate', {
        command: 'acknowledge-kit',
        gatewayId,
        kitId,
        credentialId,
        actor: kit.owner,
        reason: 'installed by hand',
      });
    },
  });
  return { currentCredential: owner.currentCredential, owner, close: async () => undefined };
};

/** Opens the stand-ins of every demo gateway on the ports that are held for its kits. */
export const openDemo = async (deployment: Deployment, { gateways }: Registry, ports: DemoPorts): Promise<Demo> => {
  const nodes: { readonly gatewayId: string; readonly kitId: string; readonly node: KitNode }[] = [];
  const standIns: StandIn[] = [];
  const owners = new Map<string, Owner>();
  let address = 2;
  for (const { gatewayId, kits } of gateways.filter(({ demo }) => demo))
    for (const kit of kits) {
      const policyCheckUrl = `${deployment.loopbackUrl}/gateways/${gatewayId}/kits/${kit.kitId}`;
      const standIn = await openStandIn(deployment, gatewayId, kit, policyCheckUrl, ports.of(gatewayId, kit.kitId));
      standIns.push(standIn);
      if (standIn.owner) owners.set(`${gatewayId}/${kit.kitId}`, standIn.owner);
      for (let node = 0; node < kit.nodes; node++)
        nodes.push({
          gatewayId,
          kitId: kit.kitId,
          node: await openKitNode({
            policyCheckUrl,
            currentCredential: standIn.currentCredential,
            localAddress: `127.0.0.${address++}`,
          }),
        });
    }
  return {
    deliver: ({ message, attributes }) => {
      const value = (name: string): string =>
        String((attributes[name] as { StringValue?: unknown } | undefined)?.StringValue ?? attributes[name] ?? '');
      const [gatewayId, kitId, credentialId] = [value('gatewayId'), value('kitId'), value('credentialId')];
      // A person reads the message a little later; a message that is only a reminder names no secret and changes nothing.
      setTimeout(
        () =>
          void owners
            .get(`${gatewayId}/${kitId}`)
            ?.deliver({ text: message, gatewayId, kitId, credentialId })
            .catch(() => undefined),
        1_000,
      ).unref();
    },
    setRate: (requestsPerSecond) => {
      for (const { node } of nodes) node.start(requestsPerSecond / nodes.length);
    },
    counts: (gatewayId) =>
      sumOf(
        nodes
          .filter((one) => one.gatewayId === gatewayId)
          .map(({ kitId, node }) => ({
            ...node.counts(),
            problems: node.problems().map((problem) => ({ kitId, ...problem })),
          })),
      ),
    close: async () => {
      await Promise.all(nodes.map(({ node }) => node.stop()));
      await Promise.all(standIns.map((standIn) => standIn.close()));
    },
  };
};
