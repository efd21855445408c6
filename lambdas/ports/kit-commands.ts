/** The nodes of Systems Manager that a document is run on: by their ids, or all that have a tag. */
export type CommandNodes =
  | { readonly instanceIds: readonly string[] }
  | { readonly tag: { readonly key: string; readonly value: string } };

/** What is to be run. Its parameters and its comment are kept by Systems Manager and shown to whoever may list commands: nothing secret is in them. */
export type CommandOrder = {
  readonly documentName: string;
  readonly documentVersion: string;
  readonly nodes: CommandNodes;
  /** Up to 100 characters. */
  readonly comment: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** How long a node has to begin with it. */
  readonly timeoutSeconds: number;
};

/**
 * Where a command stands: `SUCCEEDED` on every node that it was sent to, and on one at least; `NO_NODES` when nothing was there
 * to be sent to; `NOT_DELIVERED` when a node did not take it in time.
 */
export type CommandState = 'RUNNING' | 'SUCCEEDED' | 'NO_NODES' | 'NOT_DELIVERED' | 'FAILED';

export type CommandShown = {
  readonly commandId: string;
  readonly comment: string;
  readonly requestedAtMs: number;
  readonly state: CommandState;
  /** On how many nodes it has come to its end, well or not, of how many. */
  readonly ended: number;
  readonly nodes: number;
};

/** Run Command of Systems Manager, by which nodes fetch their credential themselves. All throw KitCallFailed. */
export type KitCommands = {
  /** The names of the parameters of a document; `undefined` when there is none of that name and version. */
  parametersOf(
    documentName: string,
    documentVersion: string,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined>;
  /** The commands with this document since then, in no order. */
  sentSince(documentName: string, sinceMs: number, signal: AbortSignal): Promise<readonly CommandShown[]>;
  /** `undefined` while it is not listed yet. */
  show(commandId: string, signal: AbortSignal): Promise<CommandShown | undefined>;
  /** The id of the command. */
  send(order: CommandOrder, signal: AbortSignal): Promise<string>;
};
