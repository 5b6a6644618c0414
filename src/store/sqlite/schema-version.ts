/** The number of migrations, kept in `PRAGMA user_version`. Stands alone, so that opening a database needs no migration code. */
export const SCHEMA_VERSION = 5

/** `PRAGMA application_id` of our databases ("Trpe"), by which `file` and we tell them from those of other programs. */
export const APPLICATION_ID = 0x54727065

/** How often a lock of another process is waited for by blocking: beyond this the event loop goes on and the work is repeated. */
export const BUSY_TIMEOUT_MS = 20
