/** How a name is recorded that the caller could choose: nobody vouches for it. `beside` is what else is known of the call. */
export const claimed = (actor: string | undefined, beside?: string): string =>
  `claimed: ${actor ?? 'unknown'}${beside === undefined ? '' : ` (${beside})`}`;
