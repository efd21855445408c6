import { extname, join } from 'node:path';

const extension = extname(import.meta.filename);

/** Whether this is the package that was installed, in JavaScript, and no checkout. */
export const isPackage = extension === '.js';

/** The path of a module below `folder` that sources name as TypeScript: in the package it is JavaScript. */
export const moduleAt = (folder: string, source: string): string => join(folder, source.replace(/\.ts$/, extension));
