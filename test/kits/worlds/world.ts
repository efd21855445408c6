import type { KindName } from '../../../lambdas/kits/kind-names.ts';
import type { KitAccess } from '../../../lambdas/kits/kit-kind.ts';

/** One kit of a kind and what it is kept in, for the contract that all kinds keep. */
export type World = {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Access as a rotation gives it: secrets by name, real HTTP. */
  readonly access: KitAccess;
  /** What the kit holds, looked at from behind. */
  held(): Promise<string | undefined>;
  /** Another tool sets what the kit holds. */
  set(value: string): Promise<void>;
  /** Texts that no error and no answer may have beside the credentials: tokens and keys. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
};

/** A way of a kind to hold a credential. To have it keep the contract, add it to the list in `all.ts`. */
export type KindUnderContract = {
  /** The kind, and which way when it has several. */
  readonly name: string;
  readonly kind: KindName;
  /** Opens one that holds this value. */
  open(value: string): Promise<World>;
  /** Whether reading back shows what is held (at once), or nothing can be read. */
  readonly shows: 'value' | 'nothing';
  /** Nodes write it themselves and say so; what another tool does to it afterwards is seen by nobody. */
  readonly isWrittenElsewhere?: true;
};
