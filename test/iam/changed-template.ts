import type { Resource, Template } from '../../lib/emulator/cloudformation/template.ts';

type Statement = { Action: string | string[]; Resource: unknown };

/** The template with every resource replaced by what `change` makes of it; `undefined` leaves it out. */
const boundedMap = (
  template: Template,
  change: (resource: Resource, logicalId: string) => Resource | undefined,
): Template => ({
  Resources: Object.fromEntries(
    Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
      const changed = change(structuredClone(resource), logicalId);
      return changed ? [[logicalId, changed]] : [];
    }),
  ),
});

/** The role of a function, by the name of its construct, or of `WorkflowStateMachine`. */
const isPolicyOf = ({ Type, Properties }: Resource, construct: string): boolean =>
  Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.Roles).includes(`${construct}Role`);

const statementsOf = ({ Properties }: Resource): Statement[] => {
  const { Statement } = (Properties?.PolicyDocument ?? { Statement: [] }) as { Statement: Statement[] };
  return Statement;
};

/** Takes an action away from the role of a construct. Throws when the role was not allowed it. */
export const withoutAction =
  (construct: string, action: string) =>
  (template: Template): Template => {
    let taken = 0;
    const changed = boundedMap(template, (resource) => {
      if (!isPolicyOf(resource, construct)) return resource;
      for (const statement of statementsOf(resource)) {
        const actions = [statement.Action].flat();
        taken += actions.filter((one) => one === action).length;
        statement.Action = actions.map((one) => (one === action ? 'sns:ListTopics' : one));
      }
      return resource;
    });
    if (taken === 0) throw new Error(`${construct} is not allowed ${action}.`);
    return changed;
  };

/** Lets a role do on another resource what it may do on one whose logical id begins with `from`. */
export const onOther =
  (construct: string, from: string, to: string) =>
  (template: Template): Template => {
    const idOf = (prefix: string): string =>
      Object.keys(template.Resources).find((id) => id.startsWith(prefix) && !id.includes('Policy')) ?? '';
    return boundedMap(template, (resource) =>
      isPolicyOf(resource, construct)
        ? (JSON.parse(JSON.stringify(resource).replaceAll(idOf(from), idOf(to))) as Resource)
        : resource,
    );
  };

/** Leaves out the Lambda permissions of a service. Throws when there is none. */
export const withoutPermissionOf =
  (principal: string) =>
  (template: Template): Template => {
    const changed = boundedMap(template, (resource) =>
      resource.Type === 'AWS::Lambda::Permission' && resource.Properties?.Principal === principal
        ? undefined
        : resource,
    );
    if (Object.keys(changed.Resources).length === Object.keys(template.Resources).length)
      throw new Error(`${principal} has no Lambda permission.`);
    return changed;
  };
