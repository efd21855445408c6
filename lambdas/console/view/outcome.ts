import type { Act } from './views.ts';

/** What became of an act; it is shown above the view that follows. */
export type Outcome = {
  readonly act: Act;
  readonly result: 'DONE' | 'UNCHANGED' | 'REFUSED';
  readonly message: string;
  /** The execution that a plan was asked from. */
  readonly execution?: string;
};

/** What a person had filled in, for a form that he gets back. */
export type FilledIn = { readonly actor: string; readonly reason: string };
