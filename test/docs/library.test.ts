import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LLM_INPUT_SCHEMA } from '../../src/core/llm.ts'
import type { RunNotice } from '../../src/index.ts'
import * as library from '../../src/index.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

type NoticeType = RunNotice['type']
type NoticeOf<Type extends NoticeType> = Extract<RunNotice, { type: Type }>

/** Each notice and each of its fields: `tsc` names one that is missing or too many. */
const NOTICES: { [Type in NoticeType]: Record<Exclude<keyof NoticeOf<Type>, 'type'>, true> } = {
  'attempt.started': { effect: true, attempt: true },
  'attempt.progress': { effect: true, progress: true },
  'attempt.failed': { effect: true, fault: true, figures: true, retryInMs: true, fallsBackTo: true },
  'attempt.warned': { effect: true, warning: true },
  'effect.ended': { effect: true, outcome: true, figures: true },
  'effect.stopped': { path: true },
  'run.changed': { contexts: true },
  'run.held': { cause: true },
  'run.warned': { limit: true, amount: true, allowed: true },
}

const page = readFileSync(join(REPOSITORY_FOLDER, 'docs/library.md'), 'utf8')

/** Rows of the first table of a section, cell by cell. */
const readTable = (heading: string): string[][] => {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [table = ''] = /^\|(?:.*\n\|)*.*/m.exec(section) ?? []
  const [, , ...rows] = table.split('\n')
  return rows.map((row) => row.split('|').slice(1, -1))
}

/** The words in backquotes. */
const readCode = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)

const test = suite('docs/library.md')

test('lists every notice with its fields', () => {
  const listed = readTable('Notices').map(([type, , fields]) => [readCode(type)[0] ?? '', readCode(fields)])
  assert.equal(
    Object.fromEntries(listed),
    Object.fromEntries(Object.entries(NOTICES).map(([type, fields]) => [type, Object.keys(fields)])),
  )
})

/** Set only beside `cache`, for Troupe's own cache. */
const OF_THE_CACHE = ['cache_ms']

test('lists what a model provider gets', () => {
  const listed = readTable('A model provider of your own').flatMap(([field]) => readCode(field))
  const fields = Object.keys(LLM_INPUT_SCHEMA.properties ?? {})
  assert.equal(
    listed,
    fields.filter((field) => !OF_THE_CACHE.includes(field)),
  )
})

test('names no function that the library does not export', () => {
  const functions = [...(/^\| `compile[\s\S]*?\n\n/m.exec(page)?.[0].matchAll(/`(\w+)[(`]/g) ?? [])]
  assert.equal(
    functions.map(([, name = '']) => name).filter((name) => !(name in library)),
    [],
  )
})

test.run()
