import type { KitSecrets } from './secrets.ts';

/**
 * A role of the owner of a secret or a parameter, in whose place that one is used: a session of it may use nothing else, and
 * ends with the call that it was opened for.
 */
export type OwnersRole = { readonly roleArn: string; readonly externalId?: string };

/** The secret of this ARN, used in the place of a role of its owner; in the account and region that the ARN names. All throw KitCallFailed. */
export type SecretsByRole = (role: OwnersRole, secretArn: string) => Pick<KitSecrets, 'read' | 'write'>;

/** Where a parameter is: here, or in the account of a role and this region. */
export type ParameterPlace = {
  readonly name: string;
  readonly by?: { readonly role: OwnersRole; readonly region: string };
};

/** A parameter as it is read: its decrypted text, and the number of the version that holds it. */
export type ParameterShown = { readonly text: string; readonly version: number; readonly isSecure: boolean };

/** The parameters that one kit may use: those whose tag names it or its gateway. All throw KitCallFailed. */
export type KitParameters = {
  /** `undefined` when it has no value. */
  read(place: ParameterPlace, signal: AbortSignal): Promise<ParameterShown | undefined>;
  /** Makes `text` the version after `replaces`, with the key, the tier, the description and the pattern of that one. */
  write(place: ParameterPlace, replaces: number, text: string, signal: AbortSignal): Promise<void>;
};
