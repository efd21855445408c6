import { CommandFailed } from '../failure.ts';

/** Where a Kong was asked: the settings that a kit of it has. */
export type KongPlace = {
  readonly adminUrl: string;
  readonly adminTokenSecret?: string;
  readonly adminHeadersSecret?: string;
  readonly caCertificateSecret?: string;
  readonly workspace?: string;
};

/** Where a key value map of Apigee was asked: the settings that a kit of each entry has, without the entry. */
export type ApigeePlace = {
  readonly edition?: 'x' | 'edge';
  readonly organization: string;
  readonly environment?: string;
  readonly api?: string;
  readonly keyValueMap: string;
  readonly accessSecret: string;
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
};

/** What all maps have in common. */
export type ApigeeCommon = Pick<ApigeePlace, 'edition' | 'accessSecret' | 'baseUrl' | 'tokenUrl'>;

const scopes = { environments: 'environment', apis: 'api' } as const;

/** The place that a path of the API of Apigee names. Throws {@link CommandFailed} for another text. */
export const mapPlaceIn = (path: string, common: ApigeeCommon): ApigeePlace => {
  const [collection, organization, ...rest] = path.split('/');
  const [maps, keyValueMap, ...more] = rest.slice(-2);
  const [scope, name, ...others] = rest.slice(0, -2);
  const member = scope === 'environments' || scope === 'apis' ? scopes[scope] : undefined;
  const isOne =
    collection === 'organizations' &&
    maps === 'keyvaluemaps' &&
    more.length + others.length === 0 &&
    (scope === undefined || (member !== undefined && name));
  if (!isOne || !organization || !keyValueMap)
    throw new CommandFailed(
      'usage',
      `--apigee: given is ${path}; allowed is organizations/…/keyvaluemaps/…, organizations/…/environments/…/keyvaluemaps/… or organizations/…/apis/…/keyvaluemaps/….`,
    );
  return { ...common, organization, ...(member && name ? { [member]: name } : {}), keyValueMap };
};

/** That path again. */
export const mapPathOf = ({ organization, environment, api, keyValueMap }: ApigeePlace): string => {
  const scope = environment === undefined ? (api === undefined ? '' : `apis/${api}/`) : `environments/${environment}/`;
  return `organizations/${organization}/${scope}keyvaluemaps/${keyValueMap}`;
};
