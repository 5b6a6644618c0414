/**
 * Snapshots of two releases are told apart by a version that people raise. What they hold of each kept journal, and in which shape, is kept
 * for the current version: a change without a new version fails here. UPDATE_FIXTURES=1 writes it for a version that is not kept.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashJson } from '../../../src/core/hash.ts'
import { toSnapshotFormat } from '../../../src/runtime/snapshot/saved-run.ts'
import { REPOSITORY_FOLDER } from '../../support/child-process.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { readKeptJournals } from './kept-journals.ts'
import { saveAt } from './snapshot-cuts.ts'

const VERSION = toSnapshotFormat('').trim()
const FILE = join(REPOSITORY_FOLDER, `test/fixtures/snapshots/${VERSION}.json`)

/** A large value is one object in many places: as text it would be too long. */
const LARGE = 'near_limit'

const test = suite('snapshot format')

const toHashes = (): Record<string, string[]> =>
  Object.fromEntries(
    readKeptJournals()
      .filter(({ name }) => !name.includes(LARGE))
      .map(({ name, id, workflow, rows }) => {
        const compiled = compileWorkflow(workflow)
        const saved = rows.map((_, index) => saveAt({ id, compiled, rows }, { takenAt: 1, savedAt: index + 1 }))
        return [name, saved.map((one) => (one === undefined ? 'none' : hashJson(JSON.parse(JSON.stringify(one)))))]
      }),
  )

test('a snapshot means the same as long as its version is the same', () => {
  const hashes = toHashes()
  if (process.env.UPDATE_FIXTURES === '1' && !existsSync(FILE))
    writeFileSync(FILE, `${JSON.stringify(hashes, null, 2)}\n`)
  assert.ok(existsSync(FILE), `${FILE} is missing: UPDATE_FIXTURES=1 writes it`)
  const kept = JSON.parse(readFileSync(FILE, 'utf8'))
  assert.equal(hashes, kept, 'raise SNAPSHOT_VERSION in saved-run.ts, and write the file of the new version')
})

test.run()
