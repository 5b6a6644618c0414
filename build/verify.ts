/**
 * `npm run verify`: what CI runs. Every check runs, whatever the others say, and prints one line; what a failing one
 * said stands below it. The last line counts the checks and the test cases together. `--without-tests` leaves the
 * tests to `npm test`.
 */
import { spawnSync } from 'node:child_process'
import { formatCounts, runTests } from './test.ts'

const CHECKS: readonly { name: string; command: readonly [string, ...string[]] }[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'dead exports and dependencies', command: ['knip'] },
  { name: 'prose', command: ['node', 'build/prose.ts'] },
  { name: 'build', command: ['node', 'build/build.ts'] },
  { name: 'what is packed', command: ['publint', '--strict'] },
]

const main = async (): Promise<void> => {
  const results = CHECKS.map(runCheck)
  const counts = { passed: results.filter(Boolean).length, failed: results.filter((isOk) => !isOk).length }
  if (!process.argv.includes('--without-tests')) {
    const tests = await runTests()
    counts.passed += tests.passed
    counts.failed += tests.failed
  }
  console.log(`\n${formatCounts(counts)}`)
  process.exitCode = counts.failed === 0 ? 0 : 1
}

const runCheck = ({ name, command: [program, ...args] }: (typeof CHECKS)[number]): boolean => {
  const started = performance.now()
  // npm puts node_modules/.bin first in PATH; a shell finds the programs there on Windows too.
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(8)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'}  ${seconds}  ${name}`)
  if (status !== 0) console.log(`${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`)
  return status === 0
}

await main()
