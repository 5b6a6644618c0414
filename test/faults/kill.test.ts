import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { startBuiltCli } from '../support/child-process.ts'
import { startEffectServer } from '../support/effect-server.ts'
import { EFFECT_COUNT, EXPECTED_OUTPUT, inputFor, writeProject } from './killed-run.ts'

const KILLS = Number(process.env.TROUPE_TEST_KILLS ?? 200)

const killing = suite('a run that is killed again and again')

/** Where the kills fell: the share of the run's effects that were recorded at each, in tenths. */
const formatHistogram = (shares: readonly number[]): string =>
  Array.from({ length: 10 }, (_, tenth) => {
    const count = shares.filter((share) => Math.min(9, Math.floor(share * 10)) === tenth).length
    return `  ${String(tenth * 10).padStart(3)} % ${'#'.repeat(count)} ${count}`
  }).join('\n')

const recordedEffects = async (database: string): Promise<{ names: string[]; runId: string | undefined }> => {
  const store = await openSqliteStore({ path: database, durability: 'process' })
  try {
    const [run] = await store.listRuns({ limit: 1 })
    const rows = run === undefined ? [] : await store.readJournal(run.id)
    const names = rows
      .filter(({ kind }) => kind === 'outcome')
      .map(({ data }) => (data as { output?: { body?: { name?: string } } }).output?.body?.name ?? '')
      .filter((name) => name !== '')
    return { names, runId: run?.id }
  } finally {
    await store.close()
  }
}

killing('J3: ends as undisturbed, and no recorded effect is performed again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-kill-'))
  const server = await startEffectServer(() => 1 + Math.random() * 5)
  const shares: number[] = []
  let repeated = 0
  let keysChanged = 0
  let completed = 0
  try {
    const file = writeProject(folder)
    for (let round = 0; shares.length < KILLS || completed === 0; round++) {
      const database = join(folder, `round-${round}.db`)
      server.seen.length = 0
      const keys = new Map<string, string | undefined>()
      let recorded = new Set<string>()
      let checked = 0
      let start = startBuiltCli(['run', file, '--db', database, '--json', '--input', inputFor(server.url)])
      for (;;) {
        if (shares.length < KILLS) {
          const moment = Promise.race([server.waitForMore(Math.floor(Math.random() * 10)), start.done])
          await moment
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
          start.kill('SIGKILL')
        }
        const result = await start.done
        for (const { name, key } of server.seen.slice(checked)) {
          if (recorded.has(name)) repeated++
          if (keys.has(name) && keys.get(name) !== key) keysChanged++
          keys.set(name, key)
        }
        checked = server.seen.length
        if (result.signal === null) {
          assert.is(result.exitCode, 0, result.stderr + result.stdout)
          assert.equal(JSON.parse(result.stdout).output, EXPECTED_OUTPUT)
          completed++
          break
        }
        const { names, runId } = await recordedEffects(database)
        assert.is(new Set(names).size, names.length, 'two outcomes for one effect')
        recorded = new Set(names)
        shares.push(names.length / EFFECT_COUNT)
        start =
          runId === undefined
            ? startBuiltCli(['run', file, '--db', database, '--json', '--input', inputFor(server.url)])
            : startBuiltCli(['resume', runId, '--db', database, '--json'])
      }
    }
    console.log(`${shares.length} kills, ${completed} runs completed, of ${EFFECT_COUNT + 1} effects each`)
    console.log(formatHistogram(shares))
    assert.is(repeated, 0, 'recorded effects performed again')
    assert.is(keysChanged, 0, 'effects whose key changed between attempts')
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

killing.run()
