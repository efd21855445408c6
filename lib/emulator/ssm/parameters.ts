import { z } from 'zod';
import { integer, oneOf, readMembers, text } from '../wire/members.ts';
import type { Persistence } from '../wire/persistence.ts';
import { AwsError, type Clock } from '../wire/service.ts';
import {
  arnOf,
  notFound,
  type Parameter,
  type ParametersState,
  type ParameterVersion,
  parameterNamed,
  versionAsked,
} from './parameter-state.ts';
import { mergeTags, parameterName, put, tags } from './put-parameter.ts';
import type { SsmCalls } from './ssm.ts';

type ParametersOptions = {
  readonly persistence: Persistence<ParametersState>;
  readonly clock: Clock;
  /** Who a caller is to IAM. */
  readonly callerArn: (callerName: string) => string;
};

const page = { MaxResults: integer(1, 50).optional(), NextToken: z.string().optional() };
const tagged = { ResourceType: oneOf(['Parameter']), ResourceId: text(1, 2048) };
const filters = z
  .array(z.object({ Key: z.string(), Option: z.string().optional(), Values: z.array(z.string()).min(1).max(50) }))
  .optional();

/** Parameter Store on this machine: one saved state, each operation whole or not at all. Values are kept as they are. */
export const parameterCalls = ({ persistence, clock, callerArn }: ParametersOptions): SsmCalls => {
  let state: ParametersState = persistence.load() ?? { parameters: [] };
  const change = <Result>(work: (next: ParametersState) => Result): Result => {
    const next = structuredClone(state);
    const result = work(next);
    persistence.save(next);
    state = next;
    return result;
  };
  return {
    GetParameter: async (input) => {
      const { Name, WithDecryption } = readMembers(
        { Name: parameterName, WithDecryption: z.boolean().optional() },
        input,
      );
      const [parameter, version] = versionAsked(state, Name);
      return {
        Parameter: {
          ...shown(parameter, version),
          ARN: arnOf(parameter.name),
          ...shownValue(parameter, version, WithDecryption),
        },
      };
    },
    GetParameterHistory: async (input) => {
      const asked = readMembers({ Name: parameterName, WithDecryption: z.boolean().optional(), ...page }, input);
      const [parameter] = versionAsked(state, asked.Name);
      const { items, NextToken } = paged(parameter.versions, asked);
      const Parameters = items.map((version) => ({
        ...described(parameter, version),
        ...shownValue(parameter, version, asked.WithDecryption),
        Labels: [],
      }));
      return { Parameters, NextToken };
    },
    DescribeParameters: async (input) => {
      const asked = readMembers({ ParameterFilters: filters, ...page }, input);
      const wanted = state.parameters.filter(({ name }) =>
        (asked.ParameterFilters ?? []).every((filter) => isNamedBy(filter, name)),
      );
      const { items, NextToken } = paged(wanted, asked);
      const Parameters = items.flatMap((one) => {
        const version = one.versions.at(-1);
        return version ? [{ ...described(one, version), ARN: arnOf(one.name) }] : [];
      });
      return { Parameters, NextToken };
    },
    PutParameter: async (input, { name }) =>
      change((next) => put(next, input, { nowMs: clock(), caller: callerArn(name) })),
    DeleteParameter: async (input) => {
      const { Name } = readMembers({ Name: parameterName }, input);
      return change((next) => {
        if (!parameterNamed(next, Name)) throw notFound();
        next.parameters = next.parameters.filter(({ name }) => name !== Name);
        return {};
      });
    },
    ListTagsForResource: async (input) => {
      const { ResourceId } = readMembers(tagged, input);
      return { TagList: resource(state, ResourceId).tags };
    },
    AddTagsToResource: async (input) => {
      const { ResourceId, Tags } = readMembers({ ...tagged, Tags: tags }, input);
      return change((next) => {
        const found = resource(next, ResourceId);
        found.tags = mergeTags(found.tags, Tags);
        return {};
      });
    },
    RemoveTagsFromResource: async (input) => {
      const { ResourceId, TagKeys } = readMembers({ ...tagged, TagKeys: z.array(text(1, 128)) }, input);
      return change((next) => {
        const found = resource(next, ResourceId);
        found.tags = found.tags.filter(({ Key }) => !TagKeys.includes(Key));
        return {};
      });
    },
  };
};

const resource = (state: ParametersState, name: string): Parameter => {
  const found = parameterNamed(state, name);
  if (!found)
    throw new AwsError(
      'InvalidResourceId',
      'The resource ID is not valid. Verify that you entered the correct ID and try again.',
    );
  return found;
};

const shown = ({ name, type }: Parameter, { version, modifiedAtMs }: ParameterVersion) => ({
  Name: name,
  Type: type,
  Version: version,
  LastModifiedDate: modifiedAtMs / 1000,
  DataType: 'text',
});

const described = (parameter: Parameter, version: ParameterVersion) => ({
  ...shown(parameter, version),
  Tier: version.tier,
  KeyId: version.keyId,
  Description: version.description,
  AllowedPattern: version.allowedPattern,
  LastModifiedUser: version.modifiedBy,
  Policies: [],
});

/** A SecureString that is not decrypted is a text from which nobody gets the value. */
const shownValue = (
  { name, type }: Parameter,
  { value, version }: ParameterVersion,
  isDecrypted: boolean | undefined,
) => ({
  Value:
    type === 'SecureString' && !isDecrypted ? Buffer.from(`encrypted ${name} ${version}`).toString('base64') : value,
});

const isNamedBy = (
  {
    Key,
    Option = 'Equals',
    Values,
  }: { readonly Key: string; readonly Option?: string | undefined; readonly Values: readonly string[] },
  name: string,
): boolean => {
  if (Key !== 'Name') throw new AwsError('InvalidFilterKey', `The filter ${Key} is not emulated on this machine.`);
  if (Option === 'Equals') return Values.includes(name);
  if (Option === 'BeginsWith') return Values.some((one) => name.startsWith(one));
  throw new AwsError('InvalidFilterOption', `The option ${Option} is not emulated on this machine.`);
};

/** One page; the token is where the next one begins. */
const paged = <Item>(
  all: readonly Item[],
  { MaxResults = 50, NextToken }: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
): { readonly items: readonly Item[]; readonly NextToken: string | undefined } => {
  const start = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidNextToken', "The specified token isn't valid.");
  const end = start + MaxResults;
  return { items: all.slice(start, end), NextToken: end < all.length ? String(end) : undefined };
};
