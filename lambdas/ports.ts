import type { OwnerMessage } from './domain/kit.ts';
import type { Log } from './domain/log-line.ts';
import type { Home } from './domain/secret-home.ts';
import type { SecretUser } from './domain/secret-tag.ts';
import type { Executions, ManualStarts, Plans } from './ports/executions.ts';
import type { FollowUp } from './ports/follow-up.ts';
import type { KitReach } from './ports/kit-reach.ts';
import type { ChannelSecret, NewsStore } from './ports/news.ts';
import type { PingOne } from './ports/pingone.ts';
import type { PolicyCheck } from './ports/policy-check.ts';
import type { GatewaySecrets, KitSecrets, SecretVersions } from './ports/secrets.ts';
import type { Signer } from './ports/signer.ts';
import type { Gateways, Kits, OwnKeys, Proofs, Records, Uses } from './ports/stores.ts';

export type * from './ports/executions.ts';
export type * from './ports/follow-up.ts';
export type * from './ports/kit-commands.ts';
export type * from './ports/kit-edge.ts';
export type * from './ports/kit-files.ts';
export type * from './ports/kit-functions.ts';
export type * from './ports/kit-reach.ts';
export type * from './ports/news.ts';
export type * from './ports/owners-places.ts';
export type * from './ports/pingone.ts';
export type * from './ports/policy-check.ts';
export type * from './ports/secrets.ts';
export type * from './ports/signer.ts';
export type * from './ports/stores.ts';

/** Everything a use case may work with; each takes by name what it needs of it, and `wiring/` makes it. */
export type Dependencies = {
  readonly gateways: Gateways;
  /** The same records, for the compromise button: what a press records is published by whoever follows it up. */
  readonly button: Pick<Gateways, 'read' | 'apply'>;
  /** The same records, for who only looks. */
  readonly records: Records;
  readonly kits: Kits;
  readonly uses: Uses;
  readonly proofs: Proofs;
  readonly ownKeys: OwnKeys;
  /** Signs what auditors get. */
  readonly signer: Signer;
  readonly secretVersions: SecretVersions;
  readonly gatewaySecrets: GatewaySecrets;
  /** Of one kit. */
  readonly kitSecrets: (user: SecretUser) => KitSecrets;
  /** For the kits that one call of a function meets: what several of them only read is asked for once. */
  readonly kitSecretsTogether: () => Dependencies['kitSecrets'];
  readonly kitReach: KitReach;
  readonly policyCheck: PolicyCheck;
  /** PingOne, for gateways whose authority it is. */
  readonly pingOne: PingOne;
  readonly executions: Executions;
  /** Has done what a press of the compromise button leaves. */
  readonly followUp: FollowUp;
  readonly manualStarts: ManualStarts;
  readonly plans: Plans;
  readonly notifyOwner: (message: OwnerMessage) => Promise<void>;
  readonly news: NewsStore;
  readonly channelSecret: ChannelSecret;
  /** What this deployment is called among others. */
  readonly deployment: string;
  /** Where the console shows a gateway, with `{gatewayId}` in the place of its id; `undefined` where there is none. */
  readonly consoleUrl: string | undefined;
  /** What the names of gateway secrets begin with. */
  readonly secretPrefix: string;
  /** The account and region in which it is deployed. */
  readonly home: Home;
  /** Switches on the deletion protection of these tables, where it is off. */
  readonly protectTables: (tables: readonly string[]) => Promise<void>;
  /** The ARN of the function that acts for the console. */
  readonly actFunction: string;
  /** The stack of this deployment, as people name it to their tools. */
  readonly stackName: string;
};

/** What a use case has besides: its clock (epoch ms) and its log. */
export type ClockAndLog = { readonly now: () => number; readonly log: Log };
