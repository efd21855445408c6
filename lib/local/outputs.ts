import {
  type Deployed,
  resolverFor,
  resourcesOf,
  type Template,
  Unresolved,
} from '../emulator/cloudformation/template.ts';
import { functionUrl } from '../emulator/lambda/function-url.ts';
import { pseudoParameters } from './names.ts';

type Names = ReadonlyMap<string, Deployed>;

/** The outputs of the stack on this machine; those that name what it does not play are left out. */
export const outputsOf = (template: Template, names: Names, endpointUrl: string): Readonly<Record<string, string>> => {
  const resolve = resolverFor(new Map([...names, ...functionUrls(template, names, endpointUrl)]), pseudoParameters);
  return Object.fromEntries(
    Object.entries(template.Outputs ?? {}).flatMap(([name, { Value }]) => {
      try {
        return [[name, String(resolve(Value))]];
      } catch (error) {
        if (error instanceof Unresolved) return [];
        throw error;
      }
    }),
  );
};

const functionUrls = (template: Template, names: Names, endpointUrl: string): Names => {
  const resolve = resolverFor(names, pseudoParameters);
  return new Map(
    resourcesOf(template, 'AWS::Lambda::Url').map(({ logicalId, Properties }) => {
      const functionArn = String(resolve(Properties?.TargetFunctionArn));
      const alias = Properties?.Qualifier === undefined ? undefined : String(Properties.Qualifier);
      const FunctionUrl = functionUrl(endpointUrl, functionArn.split(':').at(-1) ?? '', alias);
      return [logicalId, { ref: functionArn, attributes: { FunctionUrl } }];
    }),
  );
};
