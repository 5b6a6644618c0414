import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { renderLimits } from '../../build/docs/limits-table.ts'
import { EXIT } from '../../src/cli/exit-code.ts'
import { createProgram } from '../../src/cli/program.ts'
import { DEFAULT_RETENTION } from '../../src/service/database/retention.ts'
import { SCHEMA_VERSION } from '../../src/store/sqlite/schema-version.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const test = suite('docs/operations.md')

const page = readFileSync(join(REPOSITORY_FOLDER, 'docs/operations.md'), 'utf8')

test('says which limits there are, as the code has them', () => {
  assert.ok(page.includes(renderLimits()), `expected this table:\n${renderLimits()}`)
})

test('says how long runs are kept when nothing else is said', () => {
  const { completedMs, failedMs, keep } = DEFAULT_RETENTION
  const days = (ms: number): string => `${ms / 86_400_000}d`
  assert.match(page, `retention: { completed: ${days(completedMs)}, failed: ${days(failedMs)}, keep: ${keep} }`)
})

test('names the schema that this release writes', () => {
  assert.match(page, `schema ${SCHEMA_VERSION}`)
  assert.is(EXIT.environment, 3)
})

test('names no command that does not exist', () => {
  const program = createProgram(() => {})
  for (const [, name = '', sub] of page.matchAll(/troupe (?:--db \S+ )?([a-z-]+)(?: ([a-z]+)\b)?/g)) {
    const command = program.commands.find((one) => one.name() === name)
    assert.ok(command, `troupe ${name}`)
    if (name === 'db' && sub !== undefined)
      assert.ok(
        command.commands.some((one) => one.name() === sub),
        `troupe db ${sub}`,
      )
  }
})

test.run()
