/** One test file in one process: started in a group of its own, so that what it leaves behind goes with it. */
import { type ChildProcess, spawn } from 'node:child_process'

export interface TestFileOptions {
  timeoutMs: number
  /** Added to the environment. */
  env?: Readonly<Record<string, string>>
}

export interface TestFileResult {
  file: string
  passed: number
  failed: number
  skipped: number
  durationMs: number
  /** Why the file counts as failed; undefined when all is well. */
  problem: string | undefined
  output: string
}

const PLAIN = { NO_COLOR: '1', FORCE_COLOR: '0', NODE_COMPILE_CACHE: 'node_modules/.cache/compile' }

const running = new Set<ChildProcess>()

/** Kills what is running, with all that it has started. */
export const stopRunningTests = (): void => {
  for (const child of running) killGroup(child)
}

export const runTestFile = async (file: string, { timeoutMs, env = {} }: TestFileOptions): Promise<TestFileResult> => {
  const started = performance.now()
  // Standard input is closed: a test that reads it must not wait for a person.
  const child = spawn(process.execPath, [file], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, ...PLAIN },
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }

  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    killGroup(child)
  }, timeoutMs)
  const end = await waitForEnd(child)
  clearTimeout(timer)
  running.delete(child)
  killGroup(child)

  const durationMs = performance.now() - started
  const counts = readCounts(output)
  const problem = isLate ? `killed after ${timeoutMs / 1000} s` : findProblem(counts, end)
  const { passed, total, skipped } = counts ?? { passed: 0, total: 0, skipped: 0 }
  const failed = problem === undefined ? 0 : Math.max(1, total - passed)
  return { file, passed, failed, skipped, durationMs, problem, output }
}

interface Counts {
  total: number
  passed: number
  skipped: number
}

/** The summary that uvu prints at the end; undefined when the file never came to it. */
const readCounts = (output: string): Counts | undefined => {
  const summaries = [...output.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)]
  const [, total, passed, skipped] = summaries.at(-1) ?? []
  return total === undefined ? undefined : { total: Number(total), passed: Number(passed), skipped: Number(skipped) }
}

const findProblem = (counts: Counts | undefined, end: string): string | undefined => {
  if (counts === undefined) return `no test ran (${end}); does it call test.run()?`
  if (counts.total > counts.passed) return `${counts.total - counts.passed} of ${counts.total} failed`
  return end === 'exit code 0' ? undefined : end
}

/** Resolves when the process itself has ended; a grandchild may hold its output open, and is not waited for. */
const waitForEnd = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(describe(code, signal)))
    child.on('exit', (code, signal) => setTimeout(() => resolve(describe(code, signal)), 2000).unref())
  })

const describe = (code: number | null, signal: string | null): string =>
  signal === null ? `exit code ${code}` : `ended by ${signal}`

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left, or this system has no groups.
    child.kill('SIGKILL')
  }
}
