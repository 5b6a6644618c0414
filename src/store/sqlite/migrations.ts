/**
 * All migrations, in order, as plain SQL: a database in memory runs them without MikroORM, a file through MikroORM's
 * migrator (migrate.ts). They are listed, and not looked up in a folder, so that a bundle holds them.
 */
import { FIRST } from './migrations/0001-first.ts'
import { PARENT } from './migrations/0002-parent.ts'
import { CACHED_ANSWER } from './migrations/0003-cached-answer.ts'
import { LONG_LIVED_RUNS } from './migrations/0004-long-lived-runs.ts'
import { REGISTERED_FOLDER } from './migrations/0005-registered-folder.ts'
import { APPROVAL_IDS } from './migrations/0006-approval-ids.ts'
import { SKIPPED_SLOTS } from './migrations/0007-skipped-slots.ts'
import { QUEUED_RUNS } from './migrations/0008-queued-runs.ts'
import { APPROVALS_OF_SEVERAL } from './migrations/0009-approvals-of-several.ts'
import { AGAIN } from './migrations/0010-again.ts'
import { FAILED_SLOTS } from './migrations/0011-failed-slots.ts'
import { EVENT_SUBJECT } from './migrations/0012-event-subject.ts'

export const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [
  { name: '0001-first', statements: FIRST },
  { name: '0002-parent', statements: PARENT },
  { name: '0003-cached-answer', statements: CACHED_ANSWER },
  { name: '0004-long-lived-runs', statements: LONG_LIVED_RUNS },
  { name: '0005-registered-folder', statements: REGISTERED_FOLDER },
  { name: '0006-approval-ids', statements: APPROVAL_IDS },
  { name: '0007-skipped-slots', statements: SKIPPED_SLOTS },
  { name: '0008-queued-runs', statements: QUEUED_RUNS },
  { name: '0009-approvals-of-several', statements: APPROVALS_OF_SEVERAL },
  { name: '0010-again', statements: AGAIN },
  { name: '0011-failed-slots', statements: FAILED_SLOTS },
  { name: '0012-event-subject', statements: EVENT_SUBJECT },
]
