/** A Lambda function as its configuration shows it, or one of its versions. */
export type FunctionShown = {
  readonly revisionId: string;
  readonly codeSha256: string;
  /** The size of its package, in bytes. */
  readonly codeBytes: number;
  /** What a version keeps besides its code and its variables, to be compared. */
  readonly others: string;
  /** Absent when Lambda cannot decrypt them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `CHANGING` while a change of it is not complete; `FAILED` when the last one did not succeed. */
  readonly state: 'READY' | 'CHANGING' | 'FAILED';
};

/** An alias; `isSplit` when it leads some calls to a second version. */
export type AliasShown = { readonly version: string; readonly revisionId: string; readonly isSplit: boolean };

/**
 * The Lambda functions that kits are. What changes something goes through only on the revision that was read. All throw
 * KitCallFailed; `undefined` when there is nothing by that name.
 */
export type KitFunctions = {
  /** `version` is a number; without it, the unpublished function. */
  show(functionName: string, version: string | undefined, signal: AbortSignal): Promise<FunctionShown | undefined>;
  /** Replaces all variables. */
  setVariables(
    functionName: string,
    variables: Readonly<Record<string, string>>,
    revisionId: string,
    signal: AbortSignal,
  ): Promise<void>;
  /** The version made of this very code and revision; the one before, when nothing has changed since. */
  publish(functionName: string, shown: FunctionShown, signal: AbortSignal): Promise<string>;
  showAlias(functionName: string, alias: string, signal: AbortSignal): Promise<AliasShown | undefined>;
  moveAlias(
    functionName: string,
    alias: string,
    version: string,
    revisionId: string,
    signal: AbortSignal,
  ): Promise<void>;
};
