import type { Service } from './contract.ts';
import type { Place } from './place.ts';

/** A clause that an implementation does not keep, what is seen of it there, and why that is accepted. */
export type Difference = {
  readonly service: Service;
  readonly clause: string;
  readonly at: Place;
  /** The failure of the clause: its name and message, and what was there in place of what it expects. */
  readonly saw: RegExp;
  readonly reason: string;
};

/** Every difference that is known. One that is not listed fails the run, and so does one that is no longer there. */
export const differences: readonly Difference[] = [
  {
    service: 'dynamodb',
    clause: 'a refused write answers the item that was there when it is asked to',
    at: 'this machine',
    saw: /Item: undefined/,
    reason: 'dynalite does not know ReturnValuesOnConditionCheckFailure, and nothing here asks for it',
  },
];
