import { isJsonObject } from '../../core/json.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { isRawRow, parseJournalRow } from '../../store/parse-journal-row.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

/** A row of a journal as a server sends it. @throws CliError, StoreError `corrupt` */
export const readRow = (value: unknown, runId: string): JournalRow => {
  if (isJsonObject(value) && isRawRow(value)) return parseJournalRow(value, runId)
  throw new CliError(`the journal of run ${runId} has a row that this release cannot read`, {
    hint: 'compare troupe --version here and on the server',
    exitCode: EXIT.environment,
  })
}
