import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTestFile } from '../../build/test-file.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const folder = createTempFolder()
const uvu = `import { test } from '${import.meta.resolve('uvu')}'\n`

const run = async (text: string, timeoutMs = 30_000) => {
  const { passed, failed, skipped, problem } = await runTestFile(folder.write('one.test.ts', uvu + text), { timeoutMs })
  return { passed, failed, skipped, problem }
}

/** A killed process whose parent is gone may stay as a zombie until its exit code is read. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const test = suite('test file')

test('cases that pass are counted', async () => {
  const result = await run("test('a', () => {})\ntest('b', () => {})\ntest.skip('c', () => {})\ntest.run()")
  assert.equal(result, { passed: 2, failed: 0, skipped: 1, problem: undefined })
})

test('cases that fail are counted', async () => {
  const result = await run("test('a', () => {})\ntest('b', () => { throw new Error('no') })\ntest.run()")
  assert.equal(result, { passed: 1, failed: 1, skipped: 0, problem: '1 of 2 failed' })
})

test('a file that throws has failed', async () => {
  const { failed, problem } = await run("throw new Error('no')")
  assert.is(failed, 1)
  assert.match(problem ?? '', 'exit code 1')
})

test('a file that never runs its cases has failed', async () => {
  const { failed, problem } = await run("test('a', () => {})")
  assert.is(failed, 1)
  assert.match(problem ?? '', 'test.run()')
})

test('a file whose process fails after its cases has failed', async () => {
  const { passed, failed, problem } = await run(
    "test('a', () => {})\ntest.run()\nprocess.on('exit', () => { process.exitCode = 7 })",
  )
  assert.equal([passed, failed, problem], [1, 1, 'exit code 7'])
})

test('a file that hangs is killed, with what it started, and has failed', async () => {
  const text = `import { spawn } from 'node:child_process'
const child = spawn('sleep', ['1000'])
console.log('started ' + child.pid)
setInterval(() => {}, 1000)
test('a', () => {})
test.run()`
  const result = await runTestFile(folder.write('hang.test.ts', uvu + text), { timeoutMs: 1500 })
  assert.is(result.problem, 'killed after 1.5 s')
  assert.is(result.failed, 1)
  const pid = Number(/started (\d+)/.exec(result.output)?.[1])
  assert.ok(pid > 1)
  assert.not(isAlive(pid))
})

test.run()
