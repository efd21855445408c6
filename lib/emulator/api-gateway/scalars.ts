import { z } from 'zod';

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** An object of texts, numbers and truth values, as functions answer them. Looked at by hand: each request asks, and zod's own record takes a schema to each member. */
export const scalars = z.custom<Readonly<Record<string, string | number | boolean>>>(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isScalar),
);
