/**
 * `npm test`: runs test/**\/*.test.ts, each file in a process of its own, so that none can disturb or stop another.
 * A file that hangs is killed and counts as failed. `npm test -- store cli` runs the files whose path holds one of
 * these words. The last line is `N passed, N failed`: test cases, summed over all files.
 */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { runTestFile, stopRunningTests, type TestFileResult } from './test-file.ts'

/** These take longest, so they start first, and may take longer. */
const SLOW = /^test\/(faults|e2e|integration|cli|package)\//
const TIMEOUT_MS = 60_000
const SLOW_TIMEOUT_MS = 300_000

export interface TestCounts {
  passed: number
  failed: number
}

/** Runs the files whose path holds one of `patterns` (all without any) and prints a line for each. */
export const runTests = async (patterns: readonly string[] = []): Promise<TestCounts> => {
  stopOnSignals()
  const files = findTestFiles(patterns)
  if (files.length === 0) console.log(`No test file has ${patterns.join(' or ') || '.test.ts'} in its path.`)
  const results = await runAll(files)
  for (const { file, problem, output } of results) {
    if (problem !== undefined) console.log(`\n── ${file}: ${problem}\n${output.trimEnd()}`)
  }
  const skipped = sum(results, 'skipped')
  if (skipped > 0) console.log(`\n${skipped} skipped`)
  const passed = sum(results, 'passed')
  // Nothing tested is nothing proved.
  return { passed, failed: passed === 0 ? Math.max(1, sum(results, 'failed')) : sum(results, 'failed') }
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
    .sort((a, b) => Number(SLOW.test(b)) - Number(SLOW.test(a)) || (a < b ? -1 : 1))

const runAll = async (files: readonly string[]): Promise<TestFileResult[]> => {
  const results: TestFileResult[] = []
  const waiting = [...files]
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runTestFile(file, SLOW.test(file) ? SLOW_TIMEOUT_MS : TIMEOUT_MS)
      results.push(result)
      console.log(formatResult(result))
    }
  }
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))
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
  const counts = await runTests(process.argv.slice(2))
  console.log(`\n${formatCounts(counts)}`)
  process.exitCode = counts.failed === 0 ? 0 : 1
}
