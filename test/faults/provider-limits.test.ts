/** Limits of a provider over several servers on one Postgres database: kept while servers die, and while the database restarts. */
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LEASE_MS } from '../../src/store/store.ts'
import { CLI_BUILT, startProcess } from '../support/child-process.ts'
import { type LimitedModel, startLimitedModel } from '../support/limited-model.ts'
import { onPostgres, startPostgres } from '../support/postgres-server.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'
import { onStage, type ServeOptions, type ServerProcess, type Stage, until, untilAllEnd } from './stage.ts'

const test = suite('limits of a provider over several servers')

const add = onPostgres(test)

/** Calls of one run, all at once. */
const CALLS = 6

const CROWD = `workflow: crowd
models: { default: openai/small }
steps:
  - id: each
    foreach: "[${Array.from({ length: CALLS }, (_, place) => place).join(', ')}]"
    concurrency: ${CALLS}
    do: [{ id: ask, llm: default, prompt: "Say \${item}", timeout: 5m, retry: { max: 8 } }]
`

interface Play {
  stage: Stage
  model: LimitedModel
  /** Starts a server that the model knows by this name. */
  serve(name: string, options?: Pick<ServeOptions, 'mostRuns'>): Promise<ServerProcess>
  submit(runs: number): Promise<void>
  /** Waits for the ends of all runs, and checks that each has completed. */
  end(): Promise<void>
}

const play = async (
  limits: string,
  act: (play: Play) => Promise<void>,
  callMs: () => number = () => 60,
): Promise<void> => {
  const model = await startLimitedModel(callMs)
  const provider = `{ kind: openai, base_url: "${model.url}/v1", key: MODEL_KEY, ${limits} }`
  const files = { 'crowd.yaml': CROWD, 'troupe.config.yaml': `providers: { openai: ${provider} }\n` }
  const address = { kind: 'postgres', url: await (await startPostgres()).createDatabase() } as const
  try {
    await onStage(files, (stage) => act(toPlay(stage, model)), { address })
  } finally {
    await model.stop()
  }
}

const toPlay = (stage: Stage, model: LimitedModel): Play => {
  let submitted = 0
  return {
    stage,
    model,
    serve: (name, options) => stage.serve({ listen: 'none', env: { MODEL_KEY: `key-of-${name}` }, ...options }),
    async submit(runs) {
      const crowd = stage.compile('crowd.yaml')
      for (let count = 0; count < runs; count++) await stage.submit(crowd)
      submitted += runs
    },
    async end() {
      await untilAllEnd(stage)
      assert.is((await stage.store.listRuns({ status: 'completed', limit: 10_000 })).length, submitted)
    },
  }
}

add('three servers and a command have no more calls in flight than one may have', () =>
  play('concurrency: 4', async ({ stage, model, serve, submit }) => {
    await Promise.all(['a', 'b', 'c'].map((name) => serve(name)))
    const command = ['run', 'crowd.yaml', '--db', stage.database, '--json']
    const running = startProcess([process.execPath, CLI_BUILT, ...command], {
      cwd: stage.folder.path,
      timeoutMs: 120_000,
      env: { MODEL_KEY: 'key-of-command' },
    })
    const runs = inForm(20, 150)
    await submit(runs)
    const { exitCode, stderr } = await running.done
    assert.is(exitCode, 0, stderr)
    await untilAllEnd(stage)
    const { most, callers } = model
    const calls = model.calls.length
    reportFigure({
      id: 'limits',
      db: 'postgres',
      counts: { servers: 3, calls, callers, limit: 4, most_at_once: most },
      isKept: most <= 4,
    })
    assert.is(most, 4)
    assert.is(calls, (runs + 1) * CALLS)
    assert.ok(callers >= 3, `calls came from ${callers}`)
  }),
)

add('the limit is kept while servers are killed and the database restarts', () => {
  const draw = createDraws('provider limits')
  const callMs = (): number => 30 + draw() * 200
  return play(
    'concurrency: 5',
    async ({ stage, model, serve, submit, end }) => {
      const servers = await Promise.all(['a', 'b', 'c'].map((name) => serve(name)))
      await submit(inForm(25, 200))
      const postgres = await startPostgres()
      const faults = inForm(3, 12)
      for (let count = 0; count < faults; count++) {
        await delay(700)
        const victim = servers.shift()
        if (victim !== undefined) await stage.kill(victim)
        servers.push(await serve(`late-${count}`))
        await delay(300)
        await postgres.stop(count % 2 === 0 ? 'fast' : 'immediate')
        await delay(500)
        await postgres.start()
      }
      await end()
      const { most } = model
      const counts = { killed: faults, restarts: faults, calls: model.calls.length, limit: 5, most_at_once: most }
      reportFigure({ id: 'limits', db: 'postgres', counts, isKept: most <= 5 })
      assert.ok(most <= 5, `${most} at once`)
    },
    callMs,
  )
})

add('the slots of a killed server are free within its lease', () => {
  let callMs = 600_000
  return play(
    'concurrency: 3',
    async ({ stage, model, serve, submit, end }) => {
      const first = await serve('first')
      await submit(1)
      await until('the first server has all slots', () => model.open === 3)
      await serve('second')
      callMs = 50
      await stage.kill(first)
      const killed = Date.now()
      const ms = await until('the second server calls', () => model.callers === 2, { withinMs: 60_000 })
      await end()
      reportFigure({
        id: 'limits',
        db: 'postgres',
        counts: { freed_after_ms: Math.round(ms), lease_ms: LEASE_MS, most_at_once: model.most },
        isKept: ms <= LEASE_MS + 2_000 && model.most <= 3,
      })
      assert.ok(Date.now() - killed > 0 && ms <= LEASE_MS + 2_000, `${ms} ms`)
      assert.ok(model.most <= 3, `${model.most} at once`)
    },
    () => callMs,
  )
})

add('the slots of a server that stops are free long before its lease is over', () => {
  let callMs = 600_000
  return play(
    'concurrency: 3',
    async ({ model, serve, submit, end }) => {
      const first = await serve('first')
      await submit(1)
      await until('the first server has all slots', () => model.open === 3)
      await serve('second')
      callMs = 50
      first.kill('SIGTERM')
      await first.done
      const ms = await until('the second server calls', () => model.callers === 2)
      await end()
      assert.ok(ms <= LEASE_MS / 2, `${ms} ms`)
    },
    () => callMs,
  )
})

/**
 * Count and window of the rate, and how much closer two calls may come than they began, since one is slower on its way: by far the most
 * for the first calls of a process, which load code and open connections. provider-slots.test.ts counts begins in the database.
 */
const RATE = { count: 10, windowMs: 3_000, jitterMs: 1_000, firstCalls: 20 }

add('a rate holds over three servers', () =>
  play('rate: 10/3s', async ({ model, serve, submit, end }) => {
    await Promise.all(['a', 'b', 'c'].map((name) => serve(name, { mostRuns: 3 })))
    await submit(inForm(8, 40))
    await end()
    const { count, windowMs, jitterMs, firstCalls } = RATE
    const shortest = model.shortestFor(count, firstCalls) ?? 0
    const counts = { calls: model.calls.length, callers: model.callers, window_ms: windowMs, shortest_ms: shortest }
    const isKept = shortest >= windowMs - jitterMs
    reportFigure({ id: 'limits', db: 'postgres', counts, isKept })
    assert.ok(isKept, `${shortest} ms`)
    assert.is(model.callers, 3)
  }),
)

for (const limits of ['concurrency: 100', 'stream_usage: false'])
  add(`a wait that one server is asked for holds back the others: ${limits}`, () =>
    play(limits, async ({ model, serve, submit, end }) => {
      // Each holds runs while it waits.
      await Promise.all(['a', 'b'].map((name) => serve(name, { mostRuns: 2 })))
      model.refuseNext(4)
      await submit(1)
      // Those that were under way come with the one that is refused.
      await until('the calls of the first run', () => model.calls.length === CALLS)
      await delay(200)
      await submit(8)
      const refusedAt = model.calls[0]?.at ?? 0
      await end()
      const next = model.calls[CALLS]?.at ?? 0
      const counts = { asked_ms: 4_000, waited_ms: next - refusedAt, callers: model.callers }
      reportFigure({ id: 'limits', db: 'postgres', counts, isKept: next - refusedAt >= 3_990 })
      assert.ok(next - refusedAt >= 3_990, `${next - refusedAt} ms`)
      assert.is(model.callers, 2)
    }),
  )

test.run()
