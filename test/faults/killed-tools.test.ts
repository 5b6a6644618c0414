/** A model that uses tools, killed with SIGKILL between any two of its turns and calls: nothing recorded is asked for again. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { type RunningProcess, startBuiltCli } from '../support/child-process.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'
import { NO_VENDOR_VARIABLES, WIRED_VENDORS, type WiredVendor } from '../support/wire/vendors.ts'
import { reportFigure } from './figure.ts'
import { inForm } from './form.ts'
import {
  ASKED,
  EXPECTED_OUTPUT,
  NAMES,
  SIGNATURE,
  startToolServer,
  type ToolServer,
  workflowFor,
} from './tool-project.ts'

const KEY = 'planted-key-0f31ac77'

interface Stage {
  server: ToolServer
  /** Starts `troupe ARGS` on a database of this name. */
  troupe(name: string, args: readonly string[]): RunningProcess
  run(name: string): RunningProcess
  /** Effects with an outcome in the journal of the one run, and the run's id. */
  recorded(name: string): Promise<{ id: string; names: string[] }>
  /** By name, the requests to the model in an undisturbed run. */
  undisturbed: ReadonlyMap<string, string>
}

const onStage = async (
  { vendor, model, variables }: WiredVendor,
  play: (stage: Stage) => Promise<void>,
): Promise<void> => {
  const folder = createTempFolder({
    'troupe.config.yaml': 'http: { allow: ["127.0.0.1"] }\n',
    'research.yaml': workflowFor(model),
  })
  const server = await startToolServer(vendor)
  const env = { ...NO_VENDOR_VARIABLES, ...variables(server.url + vendor.basePath, KEY), TROUPE_DB: undefined }
  const troupe: Stage['troupe'] = (name, args) =>
    startBuiltCli([...args, '--db', folder.resolve(`${name}.db`), '--json'], { cwd: folder.path, env })
  const stage: Omit<Stage, 'undisturbed'> = {
    server,
    troupe,
    run: (name) => troupe(name, ['run', 'research.yaml', '--input', JSON.stringify({ url: server.url })]),
    recorded: (name) => readRecorded(folder, name),
  }
  try {
    server.begin(ASKED)
    expectEnd(await stage.run('undisturbed').done)
    const undisturbed = new Map(server.seen.map(({ name, body }) => [name, body]))
    assert.equal([...undisturbed.keys()].sort(), [...ASKED].sort())
    await play({ ...stage, undisturbed })
  } finally {
    await server.stop()
    folder.remove()
  }
}

const expectEnd = ({ stdout, stderr, exitCode }: { stdout: string; stderr: string; exitCode: number | null }): void => {
  assert.is(exitCode, 0, stdout + stderr)
  assert.equal(JSON.parse(stdout).output, EXPECTED_OUTPUT)
}

const readRecorded = async (folder: TempFolder, name: string): Promise<{ id: string; names: string[] }> => {
  const store = await openSqliteStore({ path: folder.resolve(`${name}.db`), durability: 'process' })
  try {
    const [run] = await store.listRuns({ limit: 1 })
    if (run === undefined) return { id: '', names: [] }
    const outcomes = (await store.readJournal(run.id)).filter(({ kind }) => kind === 'outcome')
    return { id: run.id, names: outcomes.map(({ path }) => NAMES.get(path) ?? path) }
  } finally {
    await store.close()
  }
}

/** Waits until so much is recorded, and until what follows from it has been asked for. */
const waitUntilRecorded = async (
  { server, recorded }: Stage,
  { name, answered }: { name: string; answered: readonly string[] },
) => {
  const waiting = inFlightAfter(answered)
  for (;;) {
    const arrived = waiting.every((one) => server.seen.some((seen) => seen.name === one))
    if (arrived && (await recorded(name)).names.length >= answered.length) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Requests that are in flight when these are answered: the rest of a turn's calls, or the next turn. */
const inFlightAfter = (answered: readonly string[]): string[] => {
  const left = ASKED.filter((name) => !answered.includes(name))
  const nextTurn = left.findIndex((name) => name.startsWith('turn_'))
  return left.slice(0, nextTurn === 0 ? 1 : nextTurn)
}

/** Goes on to the end, and holds what was asked for against what was recorded before. */
const goOn = async (stage: Stage, name: string): Promise<void> => {
  const { server, troupe, recorded, undisturbed } = stage
  const { id, names } = await recorded(name)
  const before = server.seen
  tally.kills++
  server.begin(ASKED)
  expectEnd(await (id === '' ? stage.run(name) : troupe(name, ['resume', id])).done)
  const asked = server.seen.map((request) => request.name)
  tally.again += asked.filter((one) => names.includes(one)).length
  assert.equal([...asked].sort(), ASKED.filter((one) => !names.includes(one)).sort(), 'asked for after the kill')
  for (const one of names) assert.is(before.filter((seen) => seen.name === one).length, 1, `'${one}' before the kill`)
  for (const { name: one, body } of server.seen) assert.is(body, undisturbed.get(one), `what '${one}' is asked`)
}

/** Totals of all kills: recorded requests that were repeated. */
const tally = { kills: 0, again: 0 }

const killing = suite('a model with tools that is killed')
killing.after(() =>
  reportFigure({
    id: 'R3',
    counts: { kills_of_tool_runs: tally.kills, recorded_asked_again: tally.again },
    isKept: tally.again === 0,
  }),
)

interface Cuts {
  /** In which order the answers come: calls of one turn are answered in any. */
  order: readonly string[]
  /** How much is recorded at each kill. */
  counts: readonly number[]
}

const EVERYWHERE: Cuts = { order: ASKED, counts: ASKED.map((_, count) => count) }
const OTHER_ORDER = ['turn_1', 'c', 'a', 'b', 'turn_2', 'd', 'turn_3', 'f', 'e', 'turn_4']
/** Short form for the other vendors: after each turn, and between two calls. */
const OTHERS: Cuts = { order: ASKED, counts: inForm([1, 2, 5, 7], EVERYWHERE.counts) }

for (const [nth, wired] of WIRED_VENDORS.entries())
  killing(`J3: ${wired.vendor.name}, after each recorded turn and call`, () =>
    onStage(wired, async (stage) => {
      for (const cuts of nth === 0 ? [EVERYWHERE, { order: OTHER_ORDER, counts: [2, 3, 8] }] : [OTHERS])
        for (const count of cuts.counts) await killWhenRecorded(stage, cuts.order.slice(0, count))
    }),
  )

const killWhenRecorded = async (stage: Stage, answered: readonly string[]): Promise<void> => {
  const name = `recorded-${answered.join('-')}`
  stage.server.begin(answered)
  const process = stage.run(name)
  await waitUntilRecorded(stage, { name, answered })
  process.kill('SIGKILL')
  assert.is((await process.done).signal, 'SIGKILL')
  assert.equal((await stage.recorded(name)).names.sort(), [...answered].sort(), 'recorded at the kill')
  await goOn(stage, name)
}

killing('J3: as soon as an answer has left the server, recorded or not', () =>
  onStage(WIRED_VENDORS[0] as WiredVendor, async (stage) => {
    for (let count = 1; count <= ASKED.length; count++) {
      const [name, answered] = [`answered-${count}`, ASKED.slice(0, count)]
      stage.server.begin(answered)
      const process = stage.run(name)
      stage.server.onLast = () => process.kill('SIGKILL')
      const { signal } = await process.done
      // The last answer ends the run: it may have got there before the signal did.
      if (signal === 'SIGKILL') await goOn(stage, name)
    }
  }),
)

killing('J3: one run, killed after each of its turns and calls', () =>
  onStage(WIRED_VENDORS[1] as WiredVendor, async (stage) => {
    const { server } = stage
    for (const count of EVERYWHERE.counts) {
      const answered = ASKED.slice(0, count)
      server.begin(answered)
      const process = count === 0 ? stage.run('again') : stage.troupe('again', ['resume', 'last'])
      await waitUntilRecorded(stage, { name: 'again', answered })
      process.kill('SIGKILL')
      await process.done
      // All but the last of them were recorded when this process began.
      const again = server.seen.filter(({ name }) => answered.slice(0, -1).includes(name))
      tally.kills++
      tally.again += again.length
      assert.equal(again, [], 'recorded, and asked for again')
    }
    server.begin(ASKED)
    expectEnd(await stage.troupe('again', ['resume', 'last']).done)
    assert.equal(
      server.seen.map(({ name }) => name),
      ['turn_4'],
    )
  }),
)

killing('what a vendor wants back with its calls comes back after a kill', async () => {
  for (const wired of WIRED_VENDORS.filter(({ vendor }) => ['anthropic', 'gemini'].includes(vendor.name)))
    await onStage(wired, async ({ undisturbed }) => {
      const signature = wired.vendor.name === 'anthropic' ? SIGNATURE : 'CpwBAVSoXO5x'
      // Every request after a kill was held to be equal to these.
      for (const turn of ['turn_2', 'turn_3', 'turn_4']) assert.match(undisturbed.get(turn) ?? '', signature)
    })
})

killing.run()
