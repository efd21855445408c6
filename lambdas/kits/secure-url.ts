import * as z from 'zod';

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/**
 * A URL to which a credential may be sent: https, or http to a loopback address, and without a user name or password,
 * because settings name secrets and never hold one.
 */
export const secureUrl = (description: string) =>
  z
    .url({ protocol: /^https?$/, error: 'must be an absolute https URL' })
    .refine((text) => {
      const url = URL.parse(text);
      return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    }, 'must be https; http is allowed only to a loopback address (localhost, 127.0.0.0/8, [::1])')
    .refine((text) => {
      const url = URL.parse(text);
      return url?.username === '' && url.password === '';
    }, 'must not hold a user name or password')
    .refine((text) => !text.includes('#'), 'must have no fragment (#…), which is never sent')
    .describe(description);

/** The same, for a URL to which paths are appended. */
export const baseUrl = (description: string) =>
  secureUrl(description)
    .refine((text) => !text.includes('?'), 'must have no query (?…): paths are appended to it')
    .describe(description);

/** A URL of settings as it may be shown: what stands behind the question mark may be a token, although it should not. */
export const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '');
