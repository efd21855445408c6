import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Clock } from '../wire/service.ts';
import { namedFunction } from './function-name.ts';
import { packageLinks } from './package-links.ts';

/** A function of somebody else: it is configured and never run. `updateMs` is how long a change of it takes. */
type ConfiguredFunction = {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly aliases?: readonly string[];
  readonly updateMs?: number;
  /** Its code; without it, there is no zip file to be read. */
  readonly zip?: Uint8Array;
};

type Configuration = {
  readonly version: string;
  readonly code: string | Uint8Array;
  readonly variables: Readonly<Record<string, string>>;
  readonly revisionId: string;
  readonly readyAtMs: number;
  /** The key of the variables cannot be used. */
  readonly isLocked?: boolean;
};
type Alias = { version: string; revisionId: string; weights: Readonly<Record<string, number>> };
type Held = {
  readonly arn: string;
  readonly updateMs: number;
  latest: Configuration;
  readonly versions: Configuration[];
  readonly aliases: Map<string, Alias>;
};

const text = z.string();
const environment = z.strictObject({
  Variables: z.record(z.string().regex(/^[a-zA-Z]([a-zA-Z0-9_])+$/), z.string()).default({}),
});
const updated = z.strictObject({ FunctionName: text, Environment: environment, RevisionId: text.optional() });
const uploaded = z.strictObject({ FunctionName: text, ZipFile: z.base64(), RevisionId: text.optional() });
const published = z.strictObject({
  FunctionName: text,
  CodeSha256: text.optional(),
  RevisionId: text.optional(),
  Description: text.optional(),
});
const moved = z.strictObject({
  FunctionName: text,
  Name: text,
  FunctionVersion: text.optional(),
  RevisionId: text.optional(),
});
/** All variables of a function together. */
const longestEnvironment = 4_096;
/** "50 MB (zipped, when uploaded through the Lambda API or SDKs)" (Lambda quotas). */
const largestZip = 50 * 1024 * 1024;

type Operation = (input: Record<string, unknown>) => Record<string, unknown>;

/** What the operations about configuration know, and what tests do to it in the name of others. */
export type ConfiguredFunctions = {
  readonly operations: Readonly<Record<string, Operation>>;
  add(fn: ConfiguredFunction): void;
  /** Somebody deploys other code, sets variables, locks their key, or shifts a part of the traffic. */
  change(name: string, change: Partial<Pick<Configuration, 'code' | 'variables' | 'isLocked'>>): void;
  shift(name: string, alias: string, weights: Readonly<Record<string, number>>): void;
  variables(name: string, qualifier?: string): Readonly<Record<string, string>> | undefined;
  code(name: string, qualifier?: string): string | Uint8Array;
  /** Somebody publishes a version. */
  publish(name: string): string;
  /** What CloudFront asks of a version that it is to call; `undefined` when there is none of this ARN. */
  version(arn: string): { readonly isReady: boolean; readonly hasVariables: boolean } | undefined;
  /** The package behind a link that GetFunction has given out. */
  follow(target: string): Uint8Array | undefined;
};

/**
 * GetFunction, GetFunctionConfiguration, UpdateFunctionCode, UpdateFunctionConfiguration (of the environment), PublishVersion, GetAlias and
 * UpdateAlias as the API reference of Lambda has them: 412 for another RevisionId, 409 while a change is under way, versions that never change,
 * and no new one when nothing has changed since the last.
 */
export const configuredFunctions = (
  { region, accountId }: { readonly region: string; readonly accountId: string },
  clock: Clock,
): ConfiguredFunctions => {
  const functions = new Map<string, Held>();
  const links = packageLinks(clock);

  const find = (input: Record<string, unknown>) => {
    const { FunctionName, Qualifier } = z.object({ FunctionName: text, Qualifier: text.optional() }).parse(input);
    const { name, qualifier } = namedFunction(FunctionName, Qualifier, { region, accountId });
    const held = functions.get(name);
    if (!held) throw absent(`Function not found: arn:aws:lambda:${region}:${accountId}:function:${name}`);
    return { name, held, qualifier };
  };
  const configurationOf = (held: Held, qualifier: string | undefined): Configuration => {
    if (qualifier === undefined || qualifier === '$LATEST') return held.latest;
    const version = held.aliases.get(qualifier)?.version ?? qualifier;
    const found = held.versions.find((one) => one.version === version);
    if (!found) throw absent(`Function not found: ${held.arn}:${qualifier}`);
    return found;
  };
  const onRevision = (asked: string | undefined, current: string): void => {
    if (asked !== undefined && asked !== current)
      throw new AwsError(
        'PreconditionFailedException',
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
        412,
      );
  };
  const unlessChanging = (held: Held): void => {
    if (held.latest.readyAtMs > clock())
      throw new AwsError(
        'ResourceConflictException',
        `The operation cannot be performed at this time. An update is in progress for resource: ${held.arn}`,
        409,
      );
  };
  const shown = (name: string, held: Held, one: Configuration) => ({
    FunctionName: name,
    FunctionArn: one.version === '$LATEST' ? held.arn : `${held.arn}:${one.version}`,
    Runtime: 'nodejs24.x',
    Role: `arn:aws:iam::${accountId}:role/${name}`,
    Handler: 'index.handler',
    MemorySize: 128,
    Timeout: 3,
    Version: one.version,
    CodeSha256: digestOf(one.code),
    CodeSize: one.code.length,
    RevisionId: one.revisionId,
    Environment: one.isLocked
      ? {
          Error: {
            ErrorCode: 'AccessDeniedException',
            Message: 'Lambda was unable to decrypt the environment variables.',
          },
        }
      : { Variables: one.variables },
    ...(one.version === '$LATEST'
      ? { State: 'Active', LastUpdateStatus: one.readyAtMs > clock() ? 'InProgress' : 'Successful' }
      : { State: one.readyAtMs > clock() ? 'Pending' : 'Active', LastUpdateStatus: 'Successful' }),
  });
  const shownAlias = (held: Held, name: string, { version, revisionId, weights }: Alias) => ({
    AliasArn: `${held.arn}:${name}`,
    Name: name,
    FunctionVersion: version,
    RevisionId: revisionId,
    ...(Object.keys(weights).length === 0 ? {} : { RoutingConfig: { AdditionalVersionWeights: weights } }),
  });
  const aliasOf = (held: Held, name: string): Alias => {
    const alias = held.aliases.get(name);
    if (!alias) throw absent(`Alias not found: ${held.arn}:${name}`);
    return alias;
  };
  const publish = (held: Held): Configuration => {
    const last = held.versions.at(-1);
    if (last && contentOf(last) === contentOf(held.latest)) return last;
    const version = {
      ...held.latest,
      version: `${held.versions.length + 1}`,
      revisionId: randomUUID(),
      readyAtMs: clock() + held.updateMs,
    };
    held.versions.push(version);
    return version;
  };

  return {
    operations: {
      GetFunction: (input) => {
        const { name, held, qualifier } = find(input);
        const one = configurationOf(held, qualifier);
        const Code =
          typeof one.code === 'string'
            ? { RepositoryType: 'ECR', ImageUri: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}` }
            : { RepositoryType: 'S3', Location: links.give(one.code) };
        return { Configuration: shown(name, held, one), Code };
      },
      UpdateFunctionCode: (input) => {
        const { ZipFile, RevisionId } = members(uploaded, input);
        const { name, held } = find(input);
        unlessChanging(held);
        onRevision(RevisionId, held.latest.revisionId);
        const code = Buffer.from(ZipFile, 'base64');
        if (code.length > largestZip)
          throw new AwsError('RequestEntityTooLargeException', 'Request must be smaller than 70167211 bytes', 413);
        if (!code.includes(endOfZip))
          throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');
        held.latest = { ...held.latest, code, revisionId: randomUUID(), readyAtMs: clock() + held.updateMs };
        return shown(name, held, held.latest);
      },
      GetFunctionConfiguration: (input) => {
        const { name, held, qualifier } = find(input);
        return shown(name, held, configurationOf(held, qualifier));
      },
      UpdateFunctionConfiguration: (input) => {
        const { Environment, RevisionId } = members(updated, input);
        const { name, held } = find(input);
        unlessChanging(held);
        onRevision(RevisionId, held.latest.revisionId);
        if (Buffer.byteLength(JSON.stringify(Environment.Variables)) > longestEnvironment)
          throw invalid(
            'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
          );
        held.latest = {
          ...held.latest,
          variables: Environment.Variables,
          revisionId: randomUUID(),
          readyAtMs: clock() + held.updateMs,
        };
        return shown(name, held, held.latest);
      },
      PublishVersion: (input) => {
        const { CodeSha256, RevisionId } = members(published, input);
        const { name, held } = find(input);
        unlessChanging(held);
        onRevision(RevisionId, held.latest.revisionId);
        if (CodeSha256 !== undefined && CodeSha256 !== shown(name, held, held.latest).CodeSha256)
          throw invalid(`CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST.`);
        return shown(name, held, publish(held));
      },
      GetAlias: (input) => {
        const { held } = find(input);
        const name = text.parse(input.Name);
        return shownAlias(held, name, aliasOf(held, name));
      },
      UpdateAlias: (input) => {
        const { Name, FunctionVersion, RevisionId } = members(moved, input);
        const { held } = find(input);
        const alias = aliasOf(held, Name);
        onRevision(RevisionId, alias.revisionId);
        if (FunctionVersion !== undefined) alias.version = configurationOf(held, FunctionVersion).version;
        alias.revisionId = randomUUID();
        return shownAlias(held, Name, alias);
      },
    },
    add: ({ name, variables, aliases = [], updateMs = 0, zip }) => {
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
      const latest = { version: '$LATEST', code: zip ?? 'first', variables, revisionId: randomUUID(), readyAtMs: 0 };
      const first = { ...latest, version: '1', revisionId: randomUUID() };
      const named = aliases.map((one) => [one, { version: '1', revisionId: randomUUID(), weights: {} }] as const);
      functions.set(name, {
        arn,
        updateMs,
        latest,
        versions: named.length > 0 ? [first] : [],
        aliases: new Map(named),
      });
    },
    change: (name, change) => {
      const { held } = find({ FunctionName: name });
      held.latest = { ...held.latest, ...change, revisionId: randomUUID() };
    },
    shift: (name, alias, weights) => {
      aliasOf(find({ FunctionName: name }).held, alias).weights = weights;
    },
    variables: (name, qualifier) => configurationOf(find({ FunctionName: name }).held, qualifier).variables,
    code: (name, qualifier) => configurationOf(find({ FunctionName: name }).held, qualifier).code,
    publish: (name) => publish(find({ FunctionName: name }).held).version,
    version: (arn) => {
      for (const held of functions.values())
        for (const { version, readyAtMs, variables } of held.versions)
          if (`${held.arn}:${version}` === arn)
            return { isReady: readyAtMs <= clock(), hasVariables: Object.keys(variables).length > 0 };
      return undefined;
    },
    follow: links.open,
  };
};

const endOfZip = Buffer.from('PK\x05\x06');
const digestOf = (code: string | Uint8Array): string => createHash('sha256').update(code).digest('base64');
const contentOf = ({ code, variables }: Configuration): string => JSON.stringify([digestOf(code), variables]);
const absent = (message: string): AwsError => new AwsError('ResourceNotFoundException', message, 404);
const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);

const members = <Schema extends z.ZodType>(schema: Schema, input: Record<string, unknown>): z.infer<Schema> => {
  const read = schema.safeParse(Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)));
  if (read.success) return read.data;
  throw invalid(
    `Only the environment and the code are changed on this machine; wrong is ${read.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`).join(', ')}.`,
  );
};
