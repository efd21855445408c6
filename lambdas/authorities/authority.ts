import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, RotationId } from '../domain/ids.ts';
import type { Nonce } from '../domain/probe.ts';
import type { Dependencies, Minted, Stored } from '../ports.ts';

/** A credential as its authority lists it; without `lastUsedAtMs` it was never used. Times in epoch ms. */
type Listed = {
  readonly credentialId: CredentialId;
  readonly createdAtMs: number;
  readonly lastUsedAtMs?: number;
};

/**
 * Who mints and revokes the credentials of a gateway. Each function takes what it needs of the dependencies, so that a Lambda
 * is given only what its authority asks for there.
 *
 * Every one of them throws TemporarilyUnavailable when the authority's answer says neither yes nor no (a timeout, a 5xx, an
 * answer that cannot be read): that is *inconclusive*, never yes and never no (invariant 6), and the caller asks again later.
 * StepFailed is what a person has to look at. No error carries a value, nor anything that the authority answered.
 */
export type Authority = {
  /**
   * A credential of its own for a rotation, kept in the gateway's secret and read back from there: one for each `rotationId`,
   * however often it is asked and wherever it was interrupted (invariant 4). Nobody has it yet, and it becomes a part of the
   * record only afterwards, by the command `created`. With `rotation`, the version is the one that Secrets Manager has
   * under AWSPENDING; else its id is the rotation's.
   * Called by CreateCredential, and by the step createSecret of Secrets Manager.
   */
  mint(
    needs: Pick<Dependencies, 'secretVersions'>,
    gateway: Gateway,
    rotationId: RotationId,
    rotation?: { readonly versionId: string; readonly rotationToken: string | undefined },
  ): Promise<Stored>;

  /**
   * Every credential that the authority accepts for the gateway, each with its last use. Called by CreateCredential, which
   * makes room in a compromise: the one that went unused longest goes first.
   */
  list(needs: Pick<Dependencies, 'uses'>, gateway: Gateway): Promise<readonly Listed[]>;

  /**
   * Whether the authority was seen to accept the credential, asked as a kit asks; false when it was seen to refuse it. `nonce`
   * is armed in the record, so that our own request is neither evidence nor use. Called by CreateCredential and testSecret
   * before anything else is touched (invariant 1), and by each pass of VerifyKits, which then looks for the recorded use.
   */
  proveAccepted(
    needs: Pick<Dependencies, 'policyCheck'>,
    gateway: Gateway,
    credential: Minted,
    nonce: Nonce,
  ): Promise<boolean>;

  /**
   * Makes the authority refuse the credential for good; one that it refuses already, or does not know any more, is fine. The
   * record has revoked it before: this never decides whether it may. Called by RevokeCredential at once, and again before each
   * {@link proveRevoked}, so that a crash between the two loses nothing.
   */
  revoke(gateway: Gateway, credentialId: CredentialId): Promise<void>;

  /**
   * Whether the authority was seen to refuse the credential, asked as a kit asks; false while it is still accepted. Only after
   * a yes that came when the propagation bound had passed is "revoked" said (invariant 8). Called by ConfirmRevoked, and by the
   * reconciler for what was revoked while no workflow runs.
   */
  proveRevoked(
    needs: Pick<Dependencies, 'policyCheck'>,
    gateway: Gateway,
    credential: Minted,
    nonce: Nonce,
  ): Promise<boolean>;

  /**
   * Whether a credential that nobody made is refused, so that the authority is there and looks at what it is shown. Called by
   * testSecret when Secrets Manager only tests its function and nothing was minted.
   */
  refusesUnknown(needs: Pick<Dependencies, 'policyCheck'>, gateway: Gateway): Promise<boolean>;
};
