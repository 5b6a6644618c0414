/** The journals of former releases, with the workflows that wrote them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalRow } from '../../../src/store/journal-row.ts'
import { REPOSITORY_FOLDER } from '../../support/child-process.ts'

const FOLDER = join(REPOSITORY_FOLDER, 'test/fixtures/journals')

export interface KeptJournal {
  /** `RELEASE/CASE.json` */
  name: string
  id: string
  workflow: string
  rows: JournalRow[]
}

export const readKeptJournals = (): KeptJournal[] =>
  globSync('*/*.json', { cwd: FOLDER })
    .sort()
    .map((name) => {
      const { run, workflow, rows } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
      return { name, id: run, workflow, rows }
    })
