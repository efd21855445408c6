import type { Kit } from '../domain/kit.ts';

export type UnreachableCode =
  | 'TIMEOUT'
  | 'NO_CONNECTION'
  | 'SERVER_ERROR'
  | 'RATE_LIMITED'
  | 'UNREADABLE_ANSWER'
  | 'NOT_STORED';
export type RefusedCode = 'ACCESS_DENIED' | 'NOT_SUPPORTED' | 'REQUEST_REFUSED' | 'REDIRECTED';
export type MisconfiguredCode =
  | 'UNKNOWN_KIND'
  | 'SETTINGS_WRONG'
  | 'SECRET_UNUSABLE'
  | 'NOT_FOUND'
  | 'NOTHING_TO_UPDATE'
  | 'SEVERAL_GATEWAYS'
  | 'VAULT_REFERENCE';

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
  constructor(code: UnreachableCode, said: Said) {
    super(say(said));
    this.code = code;
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

/** Whether an error is one of these, whose message repeats nothing that came from outside. */
export const isKitError = (error: unknown): error is KitUnreachable | KitRefused | KitMisconfigured =>
  error instanceof KitUnreachable || error instanceof KitRefused || error instanceof KitMisconfigured;
