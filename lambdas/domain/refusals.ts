/** Every reason for which a command is refused, and what the caller may do about it. */
export const refusals = {
  ROTATION_RUNNING: 'A rotation runs on the gateway. Wait for its end, or decide about it.',
  NOT_RUNNING: 'No such rotation runs: there is nothing to decide about.',
  SUPERSEDED: 'The rotation, attempt or request that was meant has ended or was carried out. Look again.',
  WRONG_STAGE: 'The rotation has not come that far, or is past it. The message names its stage.',
  HELD: 'The rotation is held. Resume it first.',
  NOT_HELD: 'The rotation is not held.',
  TOO_MANY_LIVE: 'The gateway has as many live credentials as are allowed. Let one be revoked first.',
  ALREADY_CREATED: 'The rotation has a credential already, or that credential exists: no second one is added.',
  UNKNOWN_CREDENTIAL: 'The gateway has no such live credential, or another one is to be named. The message says which.',
  NOT_OURS:
    'The credential was made elsewhere and not adopted: it is never revoked here. Adopt it, or delete it where it was made.',
  NOT_RETIRING: 'The credential is not one that the rotation retires.',
  COMPROMISED: 'A compromised credential stands in the way: nothing goes back to it.',
  NO_PROOF: 'There is no proof, or it was read of an older record. It is read again.',
  NOT_QUIET: 'An old credential was used within the quiet window. It ends at the time in the message.',
  REVOKE_BEGUN: 'A credential was revoked already: the rotation can only go forward.',
  NOTHING_TO_ROLL_BACK_TO: 'The rotation began without a credential to go back to.',
  STILL_PROPAGATING: 'The propagation bound of a revocation has not passed yet. It passes by itself.',
  STILL_LIVE: 'A credential that has to be revoked first is still live.',
  NOT_CONFIRMED: 'The policy check was not yet seen to refuse what was revoked.',
  DEADLINE_NOT_LATER: 'The deadline that was given is not later than the present one, or has passed.',
  TOO_MANY_ATTEMPTS: 'Too many attempts failed without progress. Look at the last error, then resume.',
  CONFIRMATION_MISMATCH: 'What had to be repeated was not, or is not so any more. The message says what to repeat.',
  GATEWAY_RETIRED: 'The gateway left gateways.json: nothing begins on it any more.',
  UNKNOWN_KIT: 'The gateway has no such kit.',
} as const;
export type RefusalCode = keyof typeof refusals;
