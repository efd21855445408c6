import type { Grant } from './evaluation/grants.ts';

/** A grant as one line, as a person would read it in the template. */
export const lineOf = ({ effect, action, resource, condition }: Grant): string =>
  `${effect === 'Deny' ? 'deny ' : ''}${action} on ${resource}${condition === undefined ? '' : ` when ${JSON.stringify(condition)}`}`;
