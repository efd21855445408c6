import type { PingOneAuthority } from '../domain/authority.ts';
import type { CredentialValue } from '../domain/credential.ts';
import type { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { ListedCredential } from '../domain/pingone-mint.ts';

export type PingOneGateway = { readonly name: string; readonly type: string; readonly enabled: boolean };

/** PingOne's list of the gateway's credentials, and when it was, by PingOne's clock. */
export type CredentialList = { readonly listed: readonly ListedCredential[]; readonly listedAtMs: number };

/** What became of one POST. Only `AMBIGUOUS` leaves open whether there is a new credential; its value is lost in any case. */
export type CreateOutcome =
  | { readonly kind: 'CREATED'; readonly credential: ListedCredential; readonly value: CredentialValue }
  | { readonly kind: 'NOT_CREATED' | 'LIMITED' | 'AMBIGUOUS'; readonly error: StepFailed | TemporarilyUnavailable };

/** The management API for one gateway. Except for `create`, calls may be repeated; they throw StepFailed or TemporarilyUnavailable. */
export type ManagementApi = {
  gateway(): Promise<PingOneGateway>;
  list(): Promise<CredentialList>;
  /** `undefined` when PingOne does not have it. */
  read(credentialId: CredentialId): Promise<ListedCredential | undefined>;
  /** Sends one POST, and another one only after a 401, which says that nothing was done; none after `sendUntilMs` of our own clock. */
  create(sendUntilMs: number): Promise<CreateOutcome>;
  remove(credentialId: CredentialId): Promise<'DELETED' | 'ALREADY_GONE'>;
};

/** Whether PingOne's HTTP Access Policy service lets a credential in, and when it said so by its own clock. */
export type ProbeAnswer = { readonly kind: 'ACCEPTED' | 'REFUSED'; readonly atMs: number };

/** Everything that is asked of PingOne for one gateway. */
export type PingOneClient = ManagementApi & {
  /** Presents a credential as a kit does. Moves its `lastUsedAt`. Throws TemporarilyUnavailable for every other answer. */
  probe(value: CredentialValue): Promise<ProbeAnswer>;
};

/** PingOne, as a gateway of that authority has it. Throws StepFailed when its URLs have hosts that the deployment does not allow. */
export type PingOne = (gatewayId: GatewayId, authority: PingOneAuthority) => PingOneClient;
