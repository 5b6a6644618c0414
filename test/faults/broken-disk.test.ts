/**
 * R12: a disk that is full, a file that can't be written to, a file that is moved away: runs pause, and go on by themselves soon after the
 * cause has ended; nothing is lost, and nothing that is recorded is done again.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type EffectServer, startEffectServer } from '../support/effect-server.ts'
import { mayBeSkipped, mountSmallDisk } from '../support/small-disk.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import { isIntact } from './is-intact.ts'
import { judgeEffects } from './judge-effects.ts'
import { onStage, type ServerProcess, type Stage, until } from './stage.ts'

const RUNS = inForm(10, 50)
const ITERATIONS = inForm(50, 150)
const BROKEN_MS = inForm(2_000, 10_000)

const WORKFLOW = `workflow: polling
input: { url: string }
steps:
  - id: many
    loop: { until: "iter.count >= ${ITERATIONS}", max: 1000 }
    do:
      - id: call
        tool: http.post
        with: { url: "\${input.url}/\${run.id}:\${iter.count}", json: { much: "${'x'.repeat(2_000)}" } }
        key: "run.id + string(iter.count)"
        retry: { max: 1000, backoff: 5ms..20ms }
output: steps.call.output.body.name
`

interface Cause {
  name: string
  /** Runs must have paused. Writes to a moved file still succeed. */
  pauses: boolean
  /** Where the database has to be for it; undefined: anywhere. */
  disk?: 'small'
  /** Why it can't be brought about here. */
  impossible?: string | undefined
  begin(database: string): void
  end(database: string): void
}

const FILES = ['', '-wal', '-shm']

const fill = (path: string): void => {
  const file = openSync(path, 'w')
  for (const size of [1 << 20, 1 << 12]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
    }
  }
  closeSync(file)
}

const changeAttributes = (change: string, database: string): void => {
  const { status, stderr } = spawnSync('chattr', [change, database, `${database}-wal`], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

/** True if an immutable file can't be written to by a process that has it open. */
const canForbid = (): boolean => {
  const folder = createTempFolder()
  const path = folder.write('probe', '')
  const file = openSync(path, 'w')
  try {
    if (spawnSync('chattr', ['+i', path]).status !== 0) return false
    writeSync(file, 'x')
    return false
  } catch {
    return true
  } finally {
    closeSync(file)
    spawnSync('chattr', ['-i', path])
    folder.remove()
  }
}

const disk = mountSmallDisk('24m')

const CAUSES: Cause[] = [
  {
    name: 'a full disk',
    pauses: true,
    disk: 'small',
    impossible: disk === undefined ? 'making a small disk needs root' : undefined,
    begin: (database) => fill(`${database}.ballast`),
    end: (database) => rmSync(`${database}.ballast`),
  },
  {
    name: 'a file that is read-only',
    pauses: true,
    impossible: canForbid() || !mayBeSkipped ? undefined : 'only on ext4 and for root',
    // Permissions do not affect a process that has the file open already, nor root.
    begin: (database) => changeAttributes('+i', database),
    end: (database) => changeAttributes('-i', database),
  },
  {
    name: 'a file that is moved away',
    pauses: false,
    begin(database) {
      mkdirSync(`${database}.away`)
      for (const end of FILES) renameSync(database + end, `${database}.away/${end}file`)
    },
    end(database) {
      for (const end of FILES)
        if (existsSync(`${database}.away/${end}file`)) renameSync(`${database}.away/${end}file`, database + end)
    },
  },
]

const test = suite('a database that can not be written to')

for (const cause of CAUSES) {
  const { name, impossible } = cause
  if (impossible !== undefined)
    reportFigure({ id: 'R12', counts: {}, isKept: false, skipped: `${name}: ${impossible}` })
  ;(impossible === undefined ? test : test.skip)(`R12 ${name} loses nothing, and runs go on within 5 s`, async () => {
    const server = await startEffectServer(() => 80)
    const place = cause.disk === 'small' && disk !== undefined ? { databaseFolder: disk.folder.path } : {}
    try {
      await onStage({ 'polling.yaml': WORKFLOW }, (stage) => breakOnce(stage, { cause, server }), place)
    } finally {
      await server.close()
    }
  })
}

const breakOnce = async (stage: Stage, { cause, server }: { cause: Cause; server: EffectServer }): Promise<void> => {
  const { store, database } = stage
  const serving = await stage.serve()
  const workflow = stage.compile('polling.yaml')
  const ids = await Promise.all(Array.from({ length: RUNS }, () => stage.submit(workflow, { url: server.url })))
  await server.waitForMore(RUNS * 5)
  const held = await holdUp(cause, { database, serving })
  const seen = server.seen.length
  const resumedMs = Math.round(await until('effects go on', () => server.seen.length >= seen + RUNS))
  await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0, {
    withinMs: 120_000,
    everyMs: 200,
  })
  const outputs = await Promise.all(ids.map(async (id) => [id, (await stage.record(id)).output]))
  const lost = outputs.filter(([id, output]) => output !== `${id}:${ITERATIONS}`).length
  const { repeated } = await judgeEffects(store, { ids, seen: server.seen })
  const intact = isIntact(database)
  reportFigure({
    id: 'R12',
    counts: { [cause.name.replaceAll(' ', '_')]: 1, runs: RUNS, held, went_on_after_ms: resumedMs, lost, repeated },
    isKept: lost + repeated === 0 && resumedMs <= 5_000 && intact && (!cause.pauses || held === RUNS),
  })
  assert.equal({ lost, repeated, intact }, { lost: 0, repeated: 0, intact: true })
  assert.ok(resumedMs <= 5_000, `went on after ${resumedMs} ms`)
  if (cause.pauses) assert.is(held, RUNS, 'runs that said that they were held')
}

/** How many runs said that they were held. */
const holdUp = async (
  cause: Cause,
  { database, serving }: { database: string; serving: ServerProcess },
): Promise<number> => {
  const countHeld = (): number =>
    new Set(serving.notices().flatMap(({ type, run }) => (type === 'run.held' ? [run] : []))).size
  cause.begin(database)
  try {
    if (cause.pauses) await until('all runs are held', () => countHeld() === RUNS)
    await delay(BROKEN_MS)
    assert.is(serving.child.exitCode, null, serving.output().stderr)
    return countHeld()
  } finally {
    cause.end(database)
  }
}

test.after(() => disk?.unmount())

test.run()
