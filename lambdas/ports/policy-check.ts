import type { CredentialValue } from '../domain/credential.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { Nonce } from '../domain/probe.ts';

/** The real policy check, asked as a kit asks it. */
export type PolicyCheck = {
  /** Whether it accepts the credential now. Every other answer, and none within 10 s, throws TemporarilyUnavailable: ambiguous is not yes, and not no. */
  ask(gatewayId: GatewayId, value: CredentialValue, nonce: Nonce): Promise<'ACCEPTED' | 'REFUSED'>;
};
