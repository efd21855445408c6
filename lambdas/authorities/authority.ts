import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, RotationId } from '../domain/ids.ts';
import type { MintIntent } from '../domain/pingone-mint.ts';
import type { Nonce } from '../domain/probe.ts';
import type { ClockAndLog, Dependencies, Minted, Stored } from '../ports.ts';

/** A credential as its authority lists it; without `lastUsedAtMs` it was never used. Times in epoch ms of our clock. */
export type Listed = {
  readonly credentialId: CredentialId;
  readonly createdAtMs: number;
  readonly lastUsedAtMs?: number;
};

/** For what is minted: the rotation, the version of the secret that holds it, and where the intent is written before anything is sent. */
export type MintFor = {
  readonly rotationId: RotationId;
  readonly versionId: string;
  /** Set when Secrets Manager rotates: the version has to be the one under AWSPENDING. */
  readonly rotation?: { readonly rotationToken: string | undefined };
  readonly journal: {
    write(intent: MintIntent): Promise<void>;
    discard(credentialId: CredentialId): Promise<void>;
  };
};

/** `WAITING`: nobody knows yet what became of an earlier request, and nothing is sent before. `HOLD`: a person has to decide first, for this reason. */
export type MintAnswer =
  | { readonly kind: 'MINTED'; readonly stored: Stored }
  | { readonly kind: 'WAITING'; readonly waitMs: number }
  | { readonly kind: 'HOLD'; readonly why: string };

/** What an authority may ask while it works. */
type Asks = Pick<Dependencies, 'policyCheck' | 'pingOne'>;

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
   * record only afterwards, by the command `created`.
   * Called by CreateCredential, and by the step createSecret of Secrets Manager.
   */
  mint(
    needs: Pick<Dependencies, 'secretVersions' | 'pingOne'> & ClockAndLog,
    gateway: Gateway,
    mintFor: MintFor,
  ): Promise<MintAnswer>;

  /**
   * Looks after what an interrupted {@link mint} may have left behind, when no rotation is about to mint: what is ours beyond
   * doubt is revoked, and `settle` is called once nothing can come of it any more. Answers what it did, for people. Throws
   * StepFailed when a person has to say whose a credential is. Called every minute by the reconciler.
   */
  settle(
    needs: Pick<Dependencies, 'pingOne'>,
    gateway: Gateway,
    journal: { discard(credentialId: CredentialId): Promise<void>; settle(): Promise<void> },
  ): Promise<string | undefined>;

  /**
   * Every credential that the authority accepts for the gateway, those of others too, each with its last use. Called by
   * CreateCredential, which makes room in a compromise, by plans, and immediately before revoking.
   */
  list(needs: Pick<Dependencies, 'uses' | 'pingOne'> & ClockAndLog, gateway: Gateway): Promise<readonly Listed[]>;

  /**
   * Whether the authority was seen to accept the credential, asked as a kit asks; false when it was seen to refuse it. `nonce`
   * is armed in the record, so that our own request is neither evidence nor use. Called by CreateCredential and testSecret
   * before anything else is touched (invariant 1).
   */
  proveAccepted(needs: Asks, gateway: Gateway, credential: Minted, nonce: Nonce): Promise<boolean>;

  /**
   * Whether use of a credential is proven to be seen now, and what was seen where the authority itself shows it: quiet is
   * watched time. `nonce` is that of a probe with the new credential, where one is needed. Called by each pass of VerifyKits
   * and every minute by the reconciler.
   */
  watch(
    needs: Pick<Dependencies, 'policyCheck' | 'uses' | 'pingOne'> & ClockAndLog,
    gateway: Gateway,
    stored: Stored | undefined,
    nonce: Nonce | undefined,
  ): Promise<{ readonly isProven: boolean; readonly listed?: readonly Listed[] }>;

  /**
   * Makes the authority refuse the credential for good; one that it refuses already, or does not know any more, is fine. The
   * record has revoked it before: this never decides whether it may. Called by RevokeCredential at once, and again before each
   * {@link proveRevoked}, so that a crash between the two loses nothing.
   */
  revoke(needs: Pick<Dependencies, 'pingOne'>, gateway: Gateway, credentialId: CredentialId): Promise<void>;

  /**
   * Whether the authority was seen to refuse the credential, asked as a kit asks; false while it is still accepted. Only after
   * a yes that came when the propagation bound had passed is "revoked" said (invariant 8). Of one whose value nobody here has
   * ever known, it is seen that the authority does not have it any more. Called by ConfirmRevoked, and by the reconciler for
   * what was revoked while no workflow runs.
   */
  proveRevoked(
    needs: Asks,
    gateway: Gateway,
    credential: Pick<Minted, 'credentialId'> & Partial<Minted>,
    nonce: Nonce,
  ): Promise<boolean>;

  /**
   * Whether a credential that nobody made is refused, so that the authority is there and looks at what it is shown. Called by
   * testSecret when Secrets Manager only tests its function and nothing was minted.
   */
  refusesUnknown(needs: Asks, gateway: Gateway): Promise<boolean>;
};
