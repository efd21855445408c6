import type { Kit } from '../domain/kit.ts';
import type { DistributionShown, EdgeAssociation, FunctionShown } from '../ports.ts';
import { callWith, problemsOf } from './aws-call.ts';
import type { AwsLambdaEdgeSettings } from './aws-lambda-edge-settings.ts';
import { fileIn, withFile } from './code-package.ts';
import { KitMisconfigured, KitRefused } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { placeAfterName, placeAtPointer, type TextPlace, withValue } from './text-place.ts';

/** A package as it was read: its file with the credential, and what that holds. */
type Package = {
  readonly shown: FunctionShown;
  readonly zip: Uint8Array;
  readonly text: string;
  readonly place: TextPlace;
};

/** What CloudFront calls: the versions of the function that the behaviours of the distribution name, each with its package. */
export type Served = {
  readonly distribution: DistributionShown;
  readonly associations: readonly EdgeAssociation[];
  readonly versions: readonly (Package & { readonly version: string })[];
};

/** Those of ten kits are held in memory at once. Lambda itself takes 50 MB. */
const largestPackageBytes = 5_000_000;

const problems = problemsOf({
  NOT_GIVEN:
    'Correct functionName and distributionId; both are of the account of the deployment, the function in us-east-1.',
  ACCESS_DENIED:
    'Name both in the gateways.json of the deployment and deploy it: only what is named there may be changed.',
  REQUEST_REFUSED:
    'Look whether the function and the distribution can be changed by hand, and whether the account has room for code.',
});

/** The function of one kit and its distribution. Each change is of the very revision that was looked at. */
export const edgeOf = (kit: Kit, settings: AwsLambdaEdgeSettings, { edge, signal }: KitAccess) => {
  const { functionName, distributionId, eventType, file, jsonPointer, variable } = settings;
  const what = `function ${functionName}`;
  const where = `distribution ${distributionId}`;
  const call = callWith(kit, problems);
  const read = new Map<string, Promise<Uint8Array>>(); // by digest: what was not changed is fetched once

  /** The function, or one of its versions, when no change of it is under way. */
  const settled = (version?: string): Promise<FunctionShown> =>
    retryWhileTime(signal, async () => {
      const doing = `Reading ${nameOf(version)}`;
      const shown = await call(doing, edge.functions.show(functionName, version, signal));
      if (!shown) throw problems.NOT_GIVEN({ doing, kit, answer: 'not there' });
      if (shown.state === 'CHANGING') throw problems.CHANGED_MEANWHILE({ doing, kit, answer: 'a change is under way' });
      if (shown.state === 'READY') return shown;
      const todo = 'See StateReason and LastUpdateStatusReason of the function, and mend it.';
      throw new KitRefused('REQUEST_REFUSED', { doing, kit, answer: 'its last change did not succeed', todo });
    });

  const nameOf = (version?: string) => (version === undefined ? what : `version ${version} of ${what}`);

  const packageOf = async (version?: string): Promise<Package> => {
    const doing = `Reading the package of ${nameOf(version)}`;
    const shown = await settled(version);
    if (shown.codeBytes > largestPackageBytes) throw tooLarge(doing, shown.codeBytes);
    const { codeSha256 } = shown;
    const reading = read.get(codeSha256) ?? edge.packages.read(functionName, version, shown, signal);
    read.set(codeSha256, reading);
    const zip = await call(doing, reading);
    const text = await fileIn(zip, file);
    if (text === undefined)
      throw new KitMisconfigured('NOTHING_TO_UPDATE', {
        doing,
        kit,
        answer: `it has no one file ${file} with at most 1 MB of text`,
        todo: 'Correct file: it is the path in the zip.',
      });
    const place =
      variable === undefined ? placeAtPointer(text, jsonPointer ?? '') : placeAfterName(text, variable, file);
    if (!place)
      throw new KitMisconfigured('NOTHING_TO_UPDATE', {
        doing,
        kit,
        answer: `${file} does not have exactly one plain text at ${variable ?? jsonPointer}`,
        todo: 'Correct jsonPointer or variable, or put any text there once by hand, publish it and associate it.',
      });
    return { shown, zip, text, place };
  };

  const tooLarge = (doing: string, bytes: number) =>
    new KitRefused('NOT_SUPPORTED', {
      doing,
      kit,
      answer: `it has ${bytes} bytes, and ${largestPackageBytes} are held in memory at most`,
      todo: 'Take out of it what the function does not need, or register the kit as webhook or manual.',
    });

  const served = async (): Promise<Served> => {
    const doing = `Reading ${where}`;
    const distribution = await call(doing, edge.distributions.show(distributionId, signal));
    if (!distribution) throw problems.NOT_GIVEN({ doing, kit, answer: 'not there' });
    const associations = distribution.associations.filter(
      (one) => one.eventType === eventType && versionIn(one, functionName) !== undefined,
    );
    if (associations.length === 0)
      throw new KitMisconfigured('NOTHING_TO_UPDATE', {
        doing,
        kit,
        answer: `none of its cache behaviours calls ${what} at ${eventType}`,
        todo: 'Correct functionName, distributionId or eventType, or associate the function once by hand.',
      });
    const versions: Served['versions'][number][] = [];
    for (const version of new Set(associations.flatMap((one) => versionIn(one, functionName) ?? [])))
      versions.push({ version, ...(await packageOf(version)) });
    return { distribution, associations, versions };
  };

  /** The unpublished package; throws KitRefused when publishing it would put more live than the credential. */
  const publishable = async ({ versions }: Served): Promise<Package> => {
    const latest = await packageOf();
    for (const one of versions)
      if (latest.shown.others !== one.shown.others || !(await isSameButCredential(latest, one)))
        throw new KitRefused('REQUEST_REFUSED', {
          doing: `Comparing ${what} with its version ${one.version}`,
          kit,
          answer: `its code or settings are not those of the version that ${where} calls`,
          todo: 'Publish what is unpublished and associate it yourself, or take it back: this system puts nothing live but the credential.',
        });
    return latest;
  };

  const isSameButCredential = async (one: Package, other: Package): Promise<boolean> => {
    if (one.shown.codeSha256 === other.shown.codeSha256) return true;
    const [bytes, others] = await Promise.all([one, other].map((each) => withCredential(each, 'none')));
    return bytes !== undefined && others !== undefined && Buffer.compare(bytes, others) === 0;
  };

  const withCredential = async ({ zip, text, place }: Package, value: string): Promise<Uint8Array | undefined> => {
    const changed = withValue(text, place, value);
    return changed === undefined ? undefined : withFile(zip, file, changed);
  };

  const change = async (value: string, before: Served): Promise<void> => {
    const latest = await publishable(before);
    if (latest.place.held !== value) {
      const doing = `Writing the package of ${what}`;
      const zip = await withCredential(latest, value);
      if (!zip) throw problems.REQUEST_REFUSED({ doing, kit, answer: `the credential cannot stand in ${file}` });
      if (zip.length > largestPackageBytes) throw tooLarge(doing, zip.length);
      await call(doing, edge.packages.write(functionName, zip, latest.shown.revisionId, signal));
    }
    const now = await publishable(before);
    if (now.place.held !== value)
      throw problems.CHANGED_MEANWHILE({ doing: `Reading ${what} back`, kit, answer: 'another value is there' });
    const version = await call(
      `Publishing a version of ${what}`,
      edge.functions.publish(functionName, now.shown, signal),
    );
    await settled(version);
    const from = [...new Set(before.associations.map(({ functionArn }) => functionArn))];
    const [arn = ''] = from;
    const to = arn.replace(/\d+$/, version);
    const { revision } = before.distribution;
    const associate = edge.distributions.associate(distributionId, revision, { eventType, from, to }, signal);
    await call(`Associating version ${version} of ${what} with ${where}`, associate);
  };

  return { served, publishable, change };
};

/** Whether all that CloudFront calls holds this value. */
export const allHold = ({ versions }: Served, value: string): boolean =>
  versions.every(({ place }) => place.held === value);

/** The number of the version of this function that is called; `undefined` when another function is. */
const versionIn = ({ functionArn }: EdgeAssociation, functionName: string): string | undefined => {
  const [, arn = '', name = '', version] =
    /^(arn:aws:lambda:us-east-1:\d{12}:function:([A-Za-z0-9_-]+)):(\d+)$/.exec(functionArn) ?? [];
  return functionName === name || functionName === arn ? version : undefined;
};
