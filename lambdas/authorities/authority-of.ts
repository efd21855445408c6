import type { Gateway } from '../domain/gateway.ts';
import type { Authority } from './authority.ts';
import { builtin } from './builtin.ts';
import { pingOne } from './pingone/authority.ts';

/** The authority of a gateway, by its record. */
export const authorityOf = ({ authority }: Pick<Gateway, 'authority'>): Authority => (authority ? pingOne : builtin);
