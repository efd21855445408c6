/** Why a credential was revoked; what the policy check calls its later use by. */
export const revocationCauses = {
  RETIRED: { word: 'revoked', means: 'Every kit had moved, and it was quiet.' },
  FORCED: { word: 'revoked by force', means: 'A named person took it on himself.' },
  COMPROMISED: { word: 'revoked, compromised', means: 'It was compromised, and its time had come.' },
  NEVER_DISTRIBUTED: { word: 'revoked, never distributed', means: 'Its rotation was given up before any kit had it.' },
} as const;
export type RevocationCause = keyof typeof revocationCauses;

/** What begins a rotation. */
export const triggers = {
  bootstrap: 'The gateway has no credential yet.',
  scheduled: 'Secrets Manager rotates, by its schedule or by hand.',
  manual: 'Somebody started the workflow.',
  compromise: 'The button was pressed.',
} as const;
export type Trigger = keyof typeof triggers;

/** How a rotation ended. */
export const outcomes = {
  COMPLETED: { word: 'completed', means: 'What it retires is revoked, and was seen to be refused.' },
  COMPLETED_BY_FORCE: {
    word: 'completed by force',
    means: 'The same, in the name of a person: kits that had not moved are cut off.',
  },
  ROLLED_BACK: { word: 'rolled back', means: 'The gateway is back on the credential that it came from.' },
  FAILED: { word: 'failed', means: 'It was given up; what became of its own credential is in the record.' },
  PREEMPTED: { word: 'pre-empted', means: 'A compromise ended it.' },
} as const;
export type Outcome = keyof typeof outcomes;

/** Why a quiet window began again. */
export const quietBreaks = {
  USED: 'An old credential was used.',
  RECORDING_NOT_PROVEN:
    'The use by our own probe was not found recorded; or PingOne, where it is the authority, could not be read.',
  NOT_WATCHED: 'Between two proofs that use would be seen, too much time passed.',
  CLOCK_SET_BACK: 'A clock was set back.',
  RESTARTED: 'This machine was started again, and nobody can say what its clock did meanwhile.',
  PREDECESSOR_ADDED: 'One more credential is to be retired.',
} as const;
export type QuietBreak = keyof typeof quietBreaks;
