import type { Trigger } from '../../domain/gateway.ts';
import type { RecordedKind } from '../../domain/transition.ts';

/** What begins a rotation, as people say it. */
export const rotationWords: Readonly<Record<Trigger, string>> = {
  bootstrap: 'First credential',
  scheduled: 'Scheduled rotation',
  manual: 'Manual rotation',
  compromise: 'Compromise rotation',
};

/** What happened, in a few words for each kind of entry in the record; nothing is called revoked before it was seen refused. */
const stepWords: Readonly<Record<RecordedKind, string>> = {
  register: 'Gateway registered',
  restore: 'Record restored from a backup',
  move: 'Moved here from another deployment',
  configure: 'Settings changed',
  'kits-changed': 'Kits added, changed or retired',
  'kits-behind': 'Kits on a revoked credential counted',
  'keys-ending': 'Keys that end soon counted',
  retire: 'Gateway retired',
  begin: 'Rotation begun',
  'next-attempt': 'Another attempt begun',
  created: 'New credential created',
  'discard-credential': 'Left-over credential to be revoked',
  accepted: 'New credential seen accepted',
  promoting: 'New credential about to become current',
  promoted: 'New credential is current',
  'open-wave': 'Wave opened',
  'wave-bad': 'Wave found bad',
  'wave-returned': 'Bad wave back on the old credential',
  distributed: 'Every kit tried once',
  verified: 'Every kit verified',
  'invalidate-evidence': 'Evidence no longer holds',
  revoke: 'Refused from now on',
  confirm: 'Seen refused: revoked',
  complete: 'Rotation ended',
  fail: 'Rotation given up',
  'drop-force': 'Force dropped',
  escalate: 'Escalated to people',
  compromise: 'Compromise button pressed',
  evict: 'Refused early, to make room',
  hold: 'Held',
  resume: 'Resumed',
  extend: 'Deadline moved',
  'roll-back': 'Roll-back decided',
  force: 'Forced',
  'acknowledge-kit': 'Kit acknowledged',
  'retry-kit': 'Kit to be tried again',
  'retire-source': 'Source of a kit retired',
  adopt: 'Credential adopted',
  'retire-credential': 'Credential to be retired',
  'waive-proof': 'Proof waived',
  repair: 'Secret repaired',
  recover: 'Secret recovered',
};

/** A kind of entry as people say it; one that a later release has written, by its code. */
export const stepWord = (kind: string): string => (stepWords as Readonly<Record<string, string>>)[kind] ?? kind;
