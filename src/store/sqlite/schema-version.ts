/** Number of migrations, stored in `PRAGMA user_version`. A file of its own, so that opening a database loads no migration code. */
export const SCHEMA_VERSION = 7

/** `PRAGMA application_id` of a database of this program ("Trpe"): distinguishes it from those of other programs. */
export const APPLICATION_ID = 0x54727065

/** Longest blocking wait for the lock of another process. After it the event loop goes on, and the work is retried. */
export const BUSY_TIMEOUT_MS = 20
