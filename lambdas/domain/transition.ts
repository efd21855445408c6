import { type Adopt, adopt } from './adopt.ts';
import { type Escalate, escalate, type NextAttempt, nextAttempt } from './attempt.ts';
import { type Begin, begin } from './begin.ts';
import { type Configure, configure, type KitsChanged, kitsChanged, type Retire, retire } from './configure.ts';
import { type Confirm, confirm, type WaiveProof, waiveProof } from './confirm.ts';
import type { Decision } from './decision.ts';
import { type Complete, complete, type Fail, fail } from './end.ts';
import { type DropForce, dropForce, type Force, force } from './force.ts';
import { type Gateway, timeOf } from './gateway.ts';
import { type KeysEnding, keysEnding } from './keys-ending.ts';
import { type DiscardCredential, discardCredential, type NoteMint, noteMint } from './mint-commands.ts';
import {
  type Extend,
  extend,
  type Hold,
  hold,
  type KitDecided,
  kitDecided,
  type Repair,
  type Resume,
  type RetireSource,
  type RollBack,
  repair,
  resume,
  retireSource,
  rollBack,
} from './operator-decisions.ts';
import { type Compromise, compromise, type Evict, evict } from './press.ts';
import {
  type Accepted,
  accepted,
  type Created,
  created,
  type Promoted,
  type Promoting,
  promoted,
  promoting,
} from './promotion.ts';
import {
  type ArmProbe,
  armProbe,
  type QuietChecked,
  quietChecked,
  type WatchAgain,
  watchAgain,
} from './quiet-window.ts';
import { type Recover, recover } from './recover.ts';
import { type RetireCredential, retireCredential } from './retire-credential.ts';
import { type KitsBehind, kitsBehind } from './reverted.ts';
import { type Revoke, revoke } from './revoke.ts';
import {
  type Distributed,
  distributed,
  type InvalidateEvidence,
  invalidateEvidence,
  type Verified,
  verified,
} from './verification.ts';

import { type OpenWave, openWave, type WaveBad, type WaveReturned, waveBad, waveReturned } from './wave-commands.ts';

/** Everything that can happen to a gateway record. */
export type Command =
  | Begin
  | Created
  | Accepted
  | Promoting
  | Promoted
  | Distributed
  | OpenWave
  | WaveBad
  | WaveReturned
  | Verified
  | InvalidateEvidence
  | ArmProbe
  | QuietChecked
  | NoteMint
  | DiscardCredential
  | WatchAgain
  | Revoke
  | Confirm
  | WaiveProof
  | Complete
  | Fail
  | Repair
  | Recover
  | Hold
  | Resume
  | Extend
  | RollBack
  | Force
  | DropForce
  | Adopt
  | RetireCredential
  | KitDecided
  | RetireSource
  | NextAttempt
  | Escalate
  | Compromise
  | Evict
  | Configure
  | KitsChanged
  | Retire
  | KitsBehind
  | KeysEnding;

/** Commands that note something and record nothing. */
type Unrecorded = 'arm-probe' | 'quiet-checked' | 'watch-again' | 'note-mint';
/** The kinds of entries in the record: of every command that records one, and of what is written without a command. */
export type RecordedKind = Exclude<Command['kind'], Unrecorded> | 'register' | 'restore' | 'move';

/**
 * `(gateway, command, now) → gateway | nothing to do | refusal`: pure, and the only way a record changes. Time never runs
 * back for a record: nothing is decided at an earlier time than that of its last write, whatever the clock says.
 */
export const transition = (gateway: Gateway, command: Command, clockMs: number): Decision => {
  const nowMs = timeOf(gateway, clockMs);
  switch (command.kind) {
    case 'begin':
      return begin(gateway, command, nowMs);
    case 'created':
      return created(gateway, command, nowMs);
    case 'accepted':
      return accepted(gateway, command, nowMs);
    case 'promoting':
      return promoting(gateway, command, nowMs);
    case 'promoted':
      return promoted(gateway, command, nowMs);
    case 'distributed':
      return distributed(gateway, command, nowMs);
    case 'open-wave':
      return openWave(gateway, command, nowMs);
    case 'wave-bad':
      return waveBad(gateway, command, nowMs);
    case 'wave-returned':
      return waveReturned(gateway, command, nowMs);
    case 'verified':
      return verified(gateway, command, nowMs);
    case 'invalidate-evidence':
      return invalidateEvidence(gateway, command, nowMs);
    case 'arm-probe':
      return armProbe(gateway, command, nowMs);
    case 'quiet-checked':
      return quietChecked(gateway, command, clockMs);
    case 'note-mint':
      return noteMint(gateway, command, nowMs);
    case 'discard-credential':
      return discardCredential(gateway, command, nowMs);
    case 'watch-again':
      return watchAgain(gateway, nowMs);
    case 'revoke':
      return revoke(gateway, command, nowMs);
    case 'confirm':
      return confirm(gateway, command, nowMs);
    case 'waive-proof':
      return waiveProof(gateway, command, nowMs);
    case 'complete':
      return complete(gateway, command, nowMs);
    case 'fail':
      return fail(gateway, command, nowMs);
    case 'repair':
      return repair(gateway, command, nowMs);
    case 'recover':
      return recover(gateway, command, nowMs);
    case 'hold':
      return hold(gateway, command, nowMs);
    case 'resume':
      return resume(gateway, command, nowMs);
    case 'extend':
      return extend(gateway, command, nowMs);
    case 'roll-back':
      return rollBack(gateway, command, nowMs);
    case 'force':
      return force(gateway, command, nowMs);
    case 'drop-force':
      return dropForce(gateway, command, nowMs);
    case 'retire-credential':
      return retireCredential(gateway, command, nowMs);
    case 'adopt':
      return adopt(gateway, command, nowMs);
    case 'acknowledge-kit':
    case 'retry-kit':
      return kitDecided(gateway, command, nowMs);
    case 'retire-source':
      return retireSource(gateway, command, nowMs);
    case 'next-attempt':
      return nextAttempt(gateway, command, nowMs);
    case 'escalate':
      return escalate(gateway, command, nowMs);
    case 'compromise':
      return compromise(gateway, command, nowMs);
    case 'evict':
      return evict(gateway, command, nowMs);
    case 'configure':
      return configure(gateway, command, nowMs);
    case 'kits-changed':
      return kitsChanged(gateway, command, nowMs);
    case 'retire':
      return retire(gateway, command, nowMs);
    case 'kits-behind':
      return kitsBehind(gateway, command, nowMs);
    case 'keys-ending':
      return keysEnding(gateway, command, nowMs);
  }
};
