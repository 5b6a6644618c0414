/**
 * `npm test`: runs test/**\/*.test.ts, each file in a process of its own, so that none can disturb or stop another.
 * A file that hangs is killed and counts as failed. `npm test -- store cli` runs the files whose path holds one of
 * these words. Some files run on SQLite and on Postgres (on-postgres.ts); `--db postgres` or `--db sqlite` chooses. The last line is `N passed, N failed`: test cases, summed over all files.
 */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ON_POSTGRES, startSharedPostgres } from './on-postgres.ts'
import { runTestFile, stopRunningTests, type TestFileResult } from './test-file.ts'

/** These take longest, so they start first, and may take longer. */
const SLOW = /^test\/(faults|e2e|integration|cli|package|store\/postgres)\//
/** Files that measure times: they run first, and no other beside them. */
const ALONE = ['test/faults/hand-over.test.ts', 'test/faults/timers.test.ts']
const TIMEOUT_MS = 60_000
const SLOW_TIMEOUT_MS = 300_000

export interface TestCounts {
  passed: number
  failed: number
}

export interface TestSelection {
  /** Files whose path holds one of these words. Default: all. */
  words?: readonly string[]
  /** Database of the files. Default: SQLite, and then Postgres for those that run on both. */
  db?: string | undefined
}

interface Task {
  file: string
  env?: Readonly<Record<string, string>>
}

/** Runs the selected files and prints a line for each. */
export const runTests = async ({ words = [], db }: TestSelection = {}): Promise<TestCounts> => {
  stopOnSignals()
  const files = findTestFiles(words)
  const tasks = [...(db === 'postgres' ? [] : files.map((file) => ({ file }))), ...(await toPostgresTasks(files, db))]
  if (tasks.length === 0) console.log(`No test file has ${words.join(' or ') || '.test.ts'} in its path.`)
  const results = await runAll(tasks)
  for (const { file, problem, output } of results) {
    if (problem !== undefined) console.log(`\n── ${file}: ${problem}\n${output.trimEnd()}`)
  }
  const skipped = sum(results, 'skipped')
  if (skipped > 0) console.log(`\n${skipped} skipped`)
  const passed = sum(results, 'passed')
  // Nothing tested is nothing proved.
  return { passed, failed: passed === 0 ? Math.max(1, sum(results, 'failed')) : sum(results, 'failed') }
}

const toPostgresTasks = async (files: readonly string[], db: string | undefined): Promise<Task[]> => {
  const both = files.filter((file) => ON_POSTGRES.includes(file))
  const env = db === 'sqlite' || both.length === 0 ? undefined : await startSharedPostgres()
  return env === undefined ? [] : both.map((file) => ({ file, env }))
}

/** The test files run in process groups of their own, which Ctrl-C on a terminal does not reach. */
const stopOnSignals = (): void => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopRunningTests()
      process.exit(130)
    })
  }
}

export const formatCounts = ({ passed, failed }: TestCounts): string => `${passed} passed, ${failed} failed`

const findTestFiles = (patterns: readonly string[]): string[] =>
  globSync('test/**/*.test.ts')
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .sort()

const runAll = async (tasks: readonly Task[]): Promise<TestFileResult[]> => {
  const results: TestFileResult[] = []
  const isAlone = ({ file }: Task): boolean => ALONE.includes(file)
  const alone = tasks.filter(isAlone)
  const beside = tasks
    .filter((task) => !isAlone(task))
    .sort((a, b) => Number(SLOW.test(b.file)) - Number(SLOW.test(a.file)))
  const work = async (waiting: Task[]): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const { file, env } = task
      const timeoutMs = SLOW.test(file) || env !== undefined ? SLOW_TIMEOUT_MS : TIMEOUT_MS
      const result = await runTestFile(file, { timeoutMs, ...(env && { env }) })
      const named = env === undefined ? result : { ...result, file: `${file} on Postgres` }
      results.push(named)
      console.log(formatResult(named))
    }
  }
  await work(alone)
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, () => work(beside)))
  return results.sort((a, b) => (a.file < b.file ? -1 : 1))
}

const formatResult = ({ file, passed, failed, problem, durationMs }: TestFileResult): string => {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(8)
  return problem === undefined
    ? `ok    ${seconds}  ${file} (${passed})`
    : `FAIL  ${seconds}  ${file} (${passed} passed, ${failed} failed)`
}

const sum = (results: readonly TestFileResult[], count: 'passed' | 'failed' | 'skipped'): number =>
  results.reduce((total, result) => total + result[count], 0)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { db: { type: 'string' } } })
  const counts = await runTests({ words: positionals, db: values.db })
  console.log(`\n${formatCounts(counts)}`)
  process.exitCode = counts.failed === 0 ? 0 : 1
}
