import { randomUUID } from 'node:crypto';
import type { Asked } from '../loopback-server.ts';
import type { PingOneControl } from './control.ts';
import { credentialValue, digestOf } from './credential-value.ts';
import type { Environment, HeldCredential, HeldGateway, PingOneState } from './state.ts';
import { withUse } from './uses.ts';

/** What the parts of the stand-in share. `atMs` is always given: a late commit happens at its own time. */
export type World = {
  readonly environment: Environment;
  readonly gateways: readonly HeldGateway[];
  readonly state: PingOneState;
  readonly control: PingOneControl;
  /** Keeps the state; for uses only now and then. */
  save(): void;
  saveSoon(atMs: number): void;
};

/** Five a gateway, as PingOne documents. */
export const mostCredentials = 5;

/** Where the client found this server: every URL in an answer begins with it. */
export const originOf = ({ headers }: Pick<Asked, 'headers'>): string => `http://${headers.host ?? '127.0.0.1'}`;

/** The credentials that the management API shows. */
export const shown = ({ state }: World, gatewayId: string): readonly HeldCredential[] =>
  state.credentials.filter((one) => one.gatewayId === gatewayId && one.deleted === undefined);

/** Creates one; the value is in the answer and nowhere else. `undefined` when the gateway has five. */
export const createCredential = (
  world: World,
  gateway: HeldGateway,
  origin: string,
  atMs: number,
): { readonly credential: HeldCredential; readonly value: string } | undefined => {
  const { environment, state, control } = world;
  if (shown(world, gateway.id).length >= mostCredentials) return undefined;
  const id = randomUUID();
  const serviceUrl = `${origin}/v1/environments/${environment.id}`;
  const value = credentialValue(state.signingKeyPem, environment, gateway, { id, createdAtMs: atMs, serviceUrl });
  const credential: HeldCredential = {
    ...{ id, gatewayId: gateway.id, createdAtMs: atMs, digest: digestOf(value), uses: [] },
    acceptedFromMs: atMs + control.creationPropagationMs,
  };
  state.credentials.push(credential);
  world.save();
  return { credential, value };
};

/** Deletes one that is shown; whether there was one. */
export const deleteCredential = (world: World, gatewayId: string, id: string, atMs: number): boolean => {
  const { state, control } = world;
  const found = shown(world, gatewayId).find((one) => one.id === id);
  if (!found) return false;
  found.deleted = { refusedFromMs: atMs + control.revokePropagationMs };
  state.credentials = state.credentials.filter(({ deleted }) => deleted === undefined || deleted.refusedFromMs > atMs);
  world.save();
  return true;
};

/** The gateway behind a value that the HTTP Access Policy service accepts now; its use is remembered. */
export const gatewayOfValue = (world: World, value: string, atMs: number): HeldGateway | undefined => {
  const digest = digestOf(value);
  const found = world.state.credentials.find((one) => one.digest === digest);
  if (!found || found.acceptedFromMs > atMs) return undefined;
  if (found.deleted !== undefined && found.deleted.refusedFromMs <= atMs) return undefined;
  const gateway = world.gateways.find(({ id, enabled }) => id === found.gatewayId && enabled);
  if (!gateway) return undefined;
  found.uses = withUse(found.uses, atMs, world.control.lastUsedLagMs);
  world.saveSoon(atMs);
  return gateway;
};
