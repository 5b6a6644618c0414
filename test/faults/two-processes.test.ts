import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { type RunningProcess, startBuiltCli } from '../support/child-process.ts'
import { type EffectServer, startEffectServer } from '../support/effect-server.ts'
import { EXPECTED_OUTPUT, inputFor, writeProject } from './killed-run.ts'

interface Stage {
  server: EffectServer
  database: string
  first: RunningProcess
  runId: string
  journal(): Promise<JournalRow[]>
}

/** A run that the first process holds and is in the middle of. */
const onStage = async (play: (stage: Stage) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-two-'))
  const server = await startEffectServer(() => 25)
  const database = join(folder, 'two.db')
  const file = writeProject(folder)
  const input = inputFor(server.url)
  const first = startBuiltCli(['run', file, '--db', database, '--json', '--input', input], { timeoutMs: 90_000 })
  try {
    await server.waitForMore(20)
    const store = await openSqliteStore({ path: database, durability: 'process' })
    const [run] = await store.listRuns({ limit: 1 })
    const runId = run?.id ?? ''
    await play({ server, database, first, runId, journal: () => store.readJournal(runId) })
    await store.close()
  } finally {
    first.kill('SIGKILL')
    await first.done
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const two = suite('two processes on one database')

two('J2: the second cannot run what the first holds', async () => {
  await onStage(async ({ database, runId, first }) => {
    const second = await startBuiltCli(['resume', runId, '--db', database]).done
    assert.is(second.exitCode, 3, second.stderr)
    assert.match(second.stderr, String(first.pid))
  })
})

two('the second cancels what the first holds, within a second', async () => {
  await onStage(async ({ database, runId, first }) => {
    const asked = Date.now()
    const second = startBuiltCli(['cancel', runId, '--db', database])
    const { exitCode, stdout } = await first.done
    const tookMs = Date.now() - asked
    assert.is(exitCode, 1)
    assert.is(JSON.parse(stdout).status, 'cancelled')
    assert.is((await second.done).exitCode, 0)
    console.log(`cancelled ${tookMs} ms after the second process was started`)
    assert.ok(tookMs < 2_000, `took ${tookMs} ms, the start of the second process included`)
  })
})

two('the second takes over at once when the first is killed', async () => {
  await onStage(async ({ database, runId, first }) => {
    first.kill('SIGKILL')
    await first.done
    const second = await startBuiltCli(['resume', runId, '--db', database, '--json'], { timeoutMs: 60_000 }).done
    assert.is(second.exitCode, 0, second.stderr)
    assert.equal(JSON.parse(second.stdout).output, EXPECTED_OUTPUT)
  })
})

two('the second takes over when the first is stopped, and the first, continued, writes nothing', async () => {
  await onStage(async ({ database, runId, first, journal }) => {
    first.kill('SIGSTOP')
    const stopped = Date.now()
    let second = await startBuiltCli(['resume', runId, '--db', database, '--json'], { timeoutMs: 60_000 }).done
    while (second.exitCode === 3 && Date.now() - stopped < 15_000)
      second = await startBuiltCli(['resume', runId, '--db', database, '--json'], { timeoutMs: 60_000 }).done
    assert.is(second.exitCode, 0, second.stderr)
    const before = await journal()
    first.kill('SIGCONT')
    const { exitCode } = await first.done
    assert.is(exitCode, 3)
    assert.equal(await journal(), before)
  })
})

two.run()
