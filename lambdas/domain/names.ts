// Names that the functions, the stack and the local deployment have in common.

/** The index of the gateways table that finds what is listed; its partition key is {@link keys}`.list`. */
export const listIndex = 'by-list';

/** The attributes that DynamoDB itself is told of: keys of both tables and the index, and when an item of use expires. */
export const keys = { partition: 'pk', sort: 'sk', list: 'list', expiresAt: 'expiresAt' } as const;

/** The alias that the URL of the function Operate belongs to: only what came through the URL is invoked by it. */
export const urlAlias = 'url';

/** The alias of a function by which nothing is changed: it is asked with `"plan": true` or refuses. */
export const planAlias = 'plan';

/** The source and the version of every event of this system. A change that readers must know of is a new version. */
export const eventSource = 'gateway-credential-rotation';
export const transitionDetailType = 'Gateway Credential Transition v1';
