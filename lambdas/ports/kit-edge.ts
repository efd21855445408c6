import type { FunctionShown, KitFunctions } from './kit-functions.ts';

/** A version of a function that a cache behaviour of a distribution calls; `pathPattern` is `*` for the default one. */
export type EdgeAssociation = {
  readonly pathPattern: string;
  readonly eventType: string;
  /** Of a numbered version. */
  readonly functionArn: string;
};

/** A distribution of CloudFront. `revision` is the ETag of its configuration; `isDeployed` when all edge locations have it. */
export type DistributionShown = {
  readonly revision: string;
  readonly isDeployed: boolean;
  readonly associations: readonly EdgeAssociation[];
};

/** Which ARNs are replaced by which, at one type of event. */
export type AssociationChange = {
  readonly eventType: string;
  readonly from: readonly string[];
  readonly to: string;
};

/** The distributions that call the functions. Both throw KitCallFailed; `undefined` when there is none of that id. */
export type KitDistributions = {
  show(distributionId: string, signal: AbortSignal): Promise<DistributionShown | undefined>;
  /** On the very revision that was read; nothing else of the configuration is changed, not a character. */
  associate(distributionId: string, revision: string, change: AssociationChange, signal: AbortSignal): Promise<void>;
};

/** The code packages of functions, as zip files. Both throw KitCallFailed. */
export type KitPackages = {
  /** The package that was shown, whose digest has been compared; `version` is a number, without it the unpublished function. */
  read(
    functionName: string,
    version: string | undefined,
    shown: Pick<FunctionShown, 'codeSha256' | 'codeBytes'>,
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  /** Replaces the package of the unpublished function, on the revision that was read. */
  write(functionName: string, zip: Uint8Array, revisionId: string, signal: AbortSignal): Promise<void>;
};

/** What kits at the edge of CloudFront are: functions of us-east-1, whatever the region of the deployment, and distributions. */
export type KitEdge = {
  readonly functions: Pick<KitFunctions, 'show' | 'publish'>;
  readonly packages: KitPackages;
  readonly distributions: KitDistributions;
};
