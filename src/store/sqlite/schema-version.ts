import type { FoundSchema } from '../rules/schema.ts'

/** Number of migrations, stored in `PRAGMA user_version`. A file of its own, so that opening a database loads no migration code. */
export const SCHEMA_VERSION = 9

const READABLE_UNIT = 0x10000

/** `PRAGMA user_version` of a schema that releases from `readableFrom` on can work with. Plain up to version 7: from itself on. */
export const toUserVersion = ({ version, readableFrom }: FoundSchema): number => version + readableFrom * READABLE_UNIT

export const parseUserVersion = (userVersion: number): FoundSchema => {
  const version = userVersion % READABLE_UNIT
  return { version, readableFrom: Math.floor(userVersion / READABLE_UNIT) || version }
}

/** `PRAGMA application_id` of a database of this program ("Trpe"): distinguishes it from those of other programs. */
export const APPLICATION_ID = 0x54727065

/** Longest blocking wait for the lock of another process. After it the event loop goes on, and the work is retried. */
export const BUSY_TIMEOUT_MS = 20
