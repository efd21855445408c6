import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';

type Resolve = (value: unknown) => unknown;

/** Who acts in which role of the template, by the name of the function or state machine; the role as it is named there. */
export const rolesOf = (template: Template, resolve: Resolve): ReadonlyMap<string, string> => {
  const named = (role: unknown): string => String(resolve(role)).split('/').at(-1) ?? '';
  return new Map([
    ...resourcesOf(template, 'AWS::Lambda::Function').map(
      ({ logicalId, Properties }) => [String(resolve({ Ref: logicalId })), named(Properties?.Role)] as const,
    ),
    ...resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(
      ({ logicalId, Properties }) =>
        [String(resolve({ 'Fn::GetAtt': [logicalId, 'Name'] })), named(Properties?.RoleArn)] as const,
    ),
  ]);
};
