/** The world outside of the runs of random workflows: their child, and people and systems that answer by a seed. */
import { createCatalogue } from '../../src/app/catalogue.ts'
import { type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { Run } from '../../src/runtime/run.ts'
import { isEventRow, type JournalRow } from '../../src/store/journal-row.ts'
import type { InboxMessage, Store } from '../../src/store/store.ts'
import { drawFrom } from './scripted-world.ts'

/** Compiles a workflow that may call `./child.yaml`. */
export const compileBoth = (parent: string, child: string): CompiledWorkflow => {
  const { compiled, diagnostics } = compile(createSource('parent.yaml', parent), {
    catalogue: createCatalogue(),
    links: { file: () => undefined, workflow: () => createSource('child.yaml', child) },
  })
  if (compiled === undefined) throw new Error(`${diagnostics.map(({ message }) => message).join('\n')}\n${parent}`)
  return withoutLoss(compiled)
}

/** Makes lost attempts retry, so that a death does not show in the end. */
const withoutLoss = (compiled: CompiledWorkflow): CompiledWorkflow => ({
  ...compiled,
  plans: new Map([...compiled.plans].map(([id, plan]) => [id, { ...plan, onLost: 'retry' as const }])),
  children: new Map([...compiled.children].map(([name, child]) => [name, withoutLoss(child)])),
})

/** The next message from outside: a cancel once so much has happened, an answer to what is asked, an event, or nothing. */
export const nextMessage = async (
  run: Run,
  { store, seed }: { store: Store; seed: number },
): Promise<InboxMessage | undefined> => {
  const rows = (await store.readJournal(run.id)).filter((row) => row.kind === 'created' || isEventRow(row))
  const cancelAt =
    drawFrom(seed, 'cancel') < 0.25 ? 2 + Math.floor(drawFrom(seed, 'when') * 12) : Number.POSITIVE_INFINITY
  if (rows.length >= cancelAt && !rows.some(({ kind }) => kind === 'cancel'))
    return { id: 'cancel', kind: 'cancel', body: { by: 'test' } }
  return earlySignal(rows, seed) ?? nextAnswer(run, seed)
}

/** Some come before anything waits for them. */
const earlySignal = (rows: readonly JournalRow[], seed: number): InboxMessage | undefined => {
  const sent = rows.filter(({ kind }) => kind === 'signal').length
  return drawFrom(seed, 'early', sent) < 0.3 && sent === rows.length - 1 && sent < 3
    ? toSignal(`early ${sent}`, 'e0')
    : undefined
}

const nextAnswer = (run: Run, seed: number): InboxMessage | undefined => {
  const names = new Set<string>()
  for (const wait of run.state.openWaits()) {
    const id = `${wait.path}#${wait.visit}`
    const draw = drawFrom(seed, 'answer', id)
    if (wait.kind === 'approval') {
      // Whether a call may be made is asked without a deadline.
      if (draw > 0.7 && wait.tool === null) continue
      const verdict = draw < 0.4 ? 'approved' : 'rejected'
      const { path, visit } = wait
      return { id: `decision ${id}`, kind: 'decision', body: { path, visit, verdict, by: 'ann', values: null } }
    }
    // An event goes to the oldest wait for it.
    if (!names.has(wait.event) && draw < 0.6) return toSignal(id, wait.event)
    names.add(wait.event)
  }
  return undefined
}

const toSignal = (id: string, name: string): InboxMessage => ({
  id: `signal ${id}`,
  kind: 'signal',
  body: { name, data: { text: id }, at: '2030-01-01T00:00:00.000Z' },
})
