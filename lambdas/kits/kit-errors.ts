import type { Kit } from '../domain/kit.ts';

/** Nothing is known, and the same may be tried again. */
export const unreachableCodes = {
  TIMEOUT: 'It did not answer in time.',
  NO_CONNECTION: 'It cannot be reached, or its certificate is not trusted.',
  SERVER_ERROR: 'It answered with an error of its own.',
  RATE_LIMITED: 'It is asked too often.',
  UNREADABLE_ANSWER: 'It did not answer as this kind of kit does.',
  NOT_STORED: 'It took the credential and does not show it: look for another writer.',
  CHANGED_MEANWHILE: 'Somebody else changed it at the same time: it is read and tried again.',
} as const;
/** It answered and will not do it. */
export const refusedCodes = {
  ACCESS_DENIED: 'It does not let us in: look at the token, key or permission in its settings.',
  NOT_SUPPORTED: 'It cannot do this: look at its version and how it is run.',
  REQUEST_REFUSED: 'It refuses the request: compare its version and configuration with the settings.',
  REDIRECTED: 'It answers with a redirect, which is not followed: give the final URL.',
} as const;
/** Its settings name what is absent or cannot be used. */
export const misconfiguredCodes = {
  UNKNOWN_KIND: 'This version has no such kind of kit.',
  SETTINGS_WRONG: 'Its settings are not what its kind needs.',
  HOST_NOT_ALLOWED: 'The host of its URL is none that this deployment lets kits have.',
  FOLDER_NOT_ALLOWED: 'Its folder is none that this deployment lets kits have.',
  SECRET_NOT_GIVEN:
    'A secret or a parameter in its settings is not there, or its tag names neither this kit nor its gateway.',
  SECRET_UNUSABLE: 'The secret or parameter in its settings does not hold what is needed.',
  NOT_FOUND: 'Nothing is there by the name or URL in its settings.',
  NOTHING_TO_UPDATE: 'Nothing of it belongs to this kit.',
  SEVERAL_GATEWAYS: 'It serves several gateways, and the settings do not say which part is this kit.',
  VAULT_REFERENCE: 'Its credential is a reference to a vault, which is not overwritten.',
} as const;
export type UnreachableCode = keyof typeof unreachableCodes;
export type RefusedCode = keyof typeof refusedCodes;
export type MisconfiguredCode = keyof typeof misconfiguredCodes;

/** The parts of every message: what was done to which kit, what class of answer came (never its text), what to do. */
export type Said = {
  readonly doing: string;
  readonly kit: Pick<Kit, 'gatewayId' | 'kitId'> | undefined;
  readonly answer: string;
  readonly todo: string;
};

// No error here has a `cause`: those of HTTP clients and SDKs carry header values and response bodies, which may be secrets.
const say = ({ doing, kit, answer, todo }: Said): string =>
  `${doing}${kit ? ` for kit ${kit.kitId} of gateway ${kit.gatewayId}` : ''}: ${answer}. ${todo}`;

/** The kit did not answer, or not clearly: nothing is known, and the same may be tried again. */
export class KitUnreachable extends Error {
  override readonly name = 'KitUnreachable';
  readonly code: UnreachableCode;
  /** How long it wants to be left alone, when it said so. */
  readonly retryAfterMs: number | undefined;
  constructor(code: UnreachableCode, said: Said, retryAfterMs?: number) {
    super(say(said));
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The kit answered and will not do it; a person has to look. */
export class KitRefused extends Error {
  override readonly name = 'KitRefused';
  readonly code: RefusedCode;
  constructor(code: RefusedCode, said: Said) {
    super(say(said));
    this.code = code;
  }
}

/** The kit's settings name something that is absent or cannot be used; nothing was changed. */
export class KitMisconfigured extends Error {
  override readonly name = 'KitMisconfigured';
  readonly code: MisconfiguredCode;
  constructor(code: MisconfiguredCode, said: Said) {
    super(say(said));
    this.code = code;
  }
}

export type KitError = KitUnreachable | KitRefused | KitMisconfigured;

/** Whether an error is one of these, whose message repeats nothing that came from outside. */
export const isKitError = (error: unknown): error is KitError =>
  error instanceof KitUnreachable || error instanceof KitRefused || error instanceof KitMisconfigured;
