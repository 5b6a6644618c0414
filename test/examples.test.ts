import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLocal, type Local, type LocalOptions } from '../src/app/local.ts'
import { createLinkReader } from '../src/app/project/linked-files.ts'
import type { CompiledWorkflow } from '../src/compiler/compile.ts'
import { createSource } from '../src/compiler/source.ts'
import type { JsonObject } from '../src/core/json.ts'
import type { OpenWait } from '../src/runtime/effects/run-effect.ts'
import type { Run, RunExit } from '../src/runtime/run.ts'
import type { RunNotice } from '../src/runtime/run-notice.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import type { InboxMessage } from '../src/store/store.ts'
import { REPOSITORY_FOLDER } from './support/child-process.ts'
import { createManualClock } from './support/manual-clock.ts'
import { createTempFolder } from './support/temp-folder.ts'

const FOLDER = join(REPOSITORY_FOLDER, 'examples')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

/** Where the default of an example is one that fails. */
const INPUTS: Record<string, JsonObject> = { '12-undo.yaml': { city: 'Oslo' } }

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const links = createLinkReader(FOLDER)

const openExamples = (output: string, options: Partial<LocalOptions> = {}): Local =>
  createLocal({
    store: createMemoryStore(),
    ...options,
    tools: {
      files: { read: [join(FOLDER, 'data')], write: [output], protected: [] },
      http: { allow: ['127.0.0.1'] },
      json: { eval: false },
    },
  })

const serveRates = async (): Promise<{ url: string; close(): void }> => {
  const rates = readFileSync(join(FOLDER, 'data/rates.json'))
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(rates)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/rates.json`, close: () => server.close() }
}

/** Answers of people and other systems while an example waits, by the waiting step. */
const ANSWERS: Record<string, (wait: OpenWait) => Pick<InboxMessage, 'kind' | 'body'>> = {
  ask: ({ path, visit }) => {
    const isPiano = path.includes('[2]')
    const values = isPiano ? null : { amount: 250 }
    const said = isPiano ? { verdict: 'rejected', comment: 'not that one' } : { verdict: 'approved' }
    return { kind: 'decision', body: { path, visit, by: 'ann', values, ...said } }
  },
  payment: () => ({ kind: 'signal', body: { name: 'payment', data: { order: 'A-42', amount: 30 }, at: '' } }),
}

/** Goes through the inbox of the run, as every answer from outside does. */
const runToEnd = async (local: Local, workflow: CompiledWorkflow, options: StartOptions = {}): Promise<EndedExit> => {
  const answered = new Set<string>()
  let run: Run | undefined
  const answer = async (): Promise<void> => {
    const { id, state } = run ?? {}
    if (id === undefined || state === undefined) return
    for (const wait of state.openWaits()) {
      const message = ANSWERS[wait.step]?.(wait)
      if (message === undefined || answered.has(wait.path)) continue
      answered.add(wait.path)
      await local.store.post(id, { id: wait.path, ...message })
    }
  }
  const watch = ({ type }: RunNotice): void => {
    if (type === 'run.changed') void answer()
  }
  run = await local.start(workflow, { ...options, watch })
  await answer()
  const exit = await run.exited
  if (exit.kind !== 'ended') throw new Error(`the run is not at its end: ${exit.kind}`)
  return exit
}

type StartOptions = NonNullable<Parameters<Local['start']>[1]>
type EndedExit = Extract<RunExit, { kind: 'ended' }>

const compileExample = (local: Local, file: string): CompiledWorkflow => {
  const source = createSource(file, readFileSync(join(FOLDER, file), 'utf8'))
  const { compiled, diagnostics } = local.compile(source, { links })
  assert.equal(diagnostics, [])
  assert.ok(compiled)
  return compiled
}

const readExpected = (file: string): unknown =>
  JSON.parse(readFileSync(join(FOLDER, 'expected', file.replace('.yaml', '.json')), 'utf8'))

const examples = suite('examples')

for (const file of FILES) {
  examples(`${file} gives out what examples/expected says`, async () => {
    const output = createTempFolder()
    const rates = await serveRates()
    const local = openExamples(output.path)
    try {
      const input: JsonObject = file.startsWith('07') ? { rates_url: rates.url } : (INPUTS[file] ?? {})
      const { end } = await runToEnd(local, compileExample(local, file), { input })
      assert.equal(end.output, readExpected(file))
    } finally {
      await local.close()
      rates.close()
      output.remove()
    }
  })
}

examples('a journey without a car gives back the hotel, then the flight', async () => {
  const output = createTempFolder()
  const local = openExamples(output.path)
  try {
    const { end, undone } = await runToEnd(local, compileExample(local, '12-undo.yaml'))
    assert.equal([end.status, end.error?.code, end.error?.step], ['failed', 'no_car', 'no_car'])
    assert.equal(undone, [
      { path: 'hotel', visit: 1 },
      { path: 'flight', visit: 1 },
    ])
    assert.is(
      readFileSync(join(output.path, 'bookings.txt'), 'utf8'),
      'flight to Lima\nhotel in Lima\nhotel in Lima given back\nflight to Lima given back\n',
    )
  } finally {
    await local.close()
    output.remove()
  }
})

examples('an unpaid order lapses, and its event stands in the outbox', async () => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const store = createMemoryStore({ now: () => clock.now() })
  const local = openExamples('', { store, clock })
  try {
    const run = await local.start(compileExample(local, '11-events.yaml'))
    while (run.state.openWaits().length === 0) await nextTurn()
    await clock.advance(3 * 86_400_000)
    const exit = await run.exited
    assert.equal(exit.kind === 'ended' && exit.end.output, { paid: 0, shipped: false })
    const events = await store.listEvents()
    assert.equal(
      events.map(({ id, type }) => [id, type]),
      [
        ['placed-A-42', 'order.placed'],
        [`${run.id}/lapsed#1`, 'order.lapsed'],
      ],
    )
  } finally {
    await local.close()
  }
})

examples('letters to one customer are written one after the other, those to another meanwhile', async () => {
  const local = openExamples('')
  try {
    const flow = compileExample(local, '13-flow.yaml')
    const ends: string[] = []
    const write = async (customer: string, name: string): Promise<void> => {
      await runToEnd(local, flow, { input: { customer }, onQueued: () => ends.push(`${name} waits`) })
      ends.push(name)
    }
    const first = write('Ada', 'first')
    await nextTurn()
    await Promise.all([first, write('Ada', 'second'), write('Bo', 'other')])
    const order = [...new Set(ends)]
    assert.is(order[0], 'second waits')
    assert.equal(order.slice(1, 3).sort(), ['first', 'other'])
    assert.is(order[3], 'second')
  } finally {
    await local.close()
  }
})

examples('the sales report is a file on disk with a line for each row that has a rate', async () => {
  const output = createTempFolder()
  const rates = await serveRates()
  const local = openExamples(output.path)
  try {
    const file = '07-sales-report.yaml'
    const { compiled } = local.compile(createSource(file, readFileSync(join(FOLDER, file), 'utf8')), { links })
    assert.ok(compiled)
    const run = await local.start(compiled, { input: { rates_url: rates.url } })
    await run.exited
    const report = readFileSync(join(output.path, 'report.md'), 'utf8')
    assert.match(report, 'South, Table, oak: 570.4 EUR')
    assert.match(report, 'Left out: 1 rows')
  } finally {
    await local.close()
    rates.close()
    output.remove()
  }
})

examples.run()
